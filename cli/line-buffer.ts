import type { Io } from "./io.js";

/** How long a line may wait for others. */
const WAIT_MS = 20;
const FULL_BYTES = 16 * 1024;
/** UTF-8 takes no more for a character of a text. */
const MOST_BYTES_PER_CHARACTER = 3;

/** Takes whole lines, as pino writes them. */
export interface LineBuffer {
  write(line: string): void;
}

/**
 * Hands lines to standard error together: a call of the system for each would cost a small request more than its model.
 *
 * They wait as bytes, not as texts, which the garbage collector would have to carry along. What waits when the process
 * ends is written then, whatever ends it but a signal that cannot be caught.
 */
export function createLineBuffer(
  { stderr, atExit }: Pick<Io, "stderr" | "atExit">,
  beforeLines: () => void = () => {},
): LineBuffer {
  let waiting = Buffer.allocUnsafe(FULL_BYTES);
  let used = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (lines: Uint8Array | string): void => {
    beforeLines();
    stderr.write(lines);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (used === 0) return;
    const lines = waiting.subarray(0, used);
    // The stream may still hold these when the next come.
    waiting = Buffer.allocUnsafe(FULL_BYTES);
    used = 0;
    send(lines);
  };
  atExit(flush);
  return {
    write(line) {
      const most = line.length * MOST_BYTES_PER_CHARACTER;
      if (used + most > FULL_BYTES) flush();
      if (most > FULL_BYTES) send(line);
      else used += waiting.write(line, used);
      timer ??= setTimeout(flush, WAIT_MS);
    },
  };
}
