import type { Io } from "./io.js";

/** How long a line may wait for others. */
const WAIT_MS = 20;
const FULL_CHARACTERS = 16 * 1024;

/** Takes whole lines, as pino writes them. */
export interface LineBuffer {
  write(line: string): void;
}

/**
 * Hands lines to standard error together: a call of the system for each would cost a small request more than its model.
 *
 * What waits when the process ends is written then, whatever ends it but a signal that cannot be caught.
 */
export function createLineBuffer(
  { stderr, atExit }: Pick<Io, "stderr" | "atExit">,
  beforeLines: () => void = () => {},
): LineBuffer {
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = "";
    if (lines === "") return;
    beforeLines();
    stderr.write(lines);
  };
  atExit(flush);
  return {
    write(line) {
      waiting += line;
      if (waiting.length >= FULL_CHARACTERS) flush();
      else timer ??= setTimeout(flush, WAIT_MS);
    },
  };
}
