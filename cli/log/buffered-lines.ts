import type { OutputStream } from "../io.js";

/** Lines wait no longer than this: what joins the lines of many requests into one write. */
const FLUSH_AFTER_MS = 10;
/** Characters that are written at once, so that nothing grows while the reader is slow. */
const FLUSH_ABOVE = 16_384;

/** Where lines of a log go. */
export interface LineSink {
  write(line: string): void;
}

export interface BufferedLines extends LineSink {
  /** Writes what is left. Waits for nothing, so that it works while the process ends. */
  flush(): void;
}

/** Joins lines into fewer writes to `stream`: one write for each line costs more than all else of logging. */
export function bufferLines(stream: OutputStream): BufferedLines {
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting !== "") stream.write(waiting);
    waiting = "";
  };
  return {
    flush,
    write(line) {
      waiting += line;
      if (waiting.length > FLUSH_ABOVE) flush();
      else timer ??= setTimeout(flush, FLUSH_AFTER_MS);
    },
  };
}
