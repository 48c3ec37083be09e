import type { Clock } from "../src/core/clock.js";
import type { OutputStream } from "./io.js";
import { formatBytes } from "./text.js";

const FIRST_AFTER_MS = 1000;
const AGAIN_AFTER_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

/** One line on a terminal that tells how far long work is. Says nothing elsewhere, and nothing of short work. */
export interface Progress {
  /** `note` goes behind the bytes. */
  update(doneBytes: number, totalBytes: number, note?: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function createProgress(stream: OutputStream, label: string, clock: Clock, quiet = false): Progress {
  if (quiet || stream.isTTY !== true) return { update: () => {}, clear: () => {} };
  let due = clock() + FIRST_AFTER_MS;
  let shown = false;
  return {
    update(doneBytes, totalBytes, note = "") {
      const now = clock();
      if (now < due) return;
      due = now + AGAIN_AFTER_MS;
      shown = true;
      const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes);
      stream.write(
        `${CLEAR_LINE}${label} ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${percent} %)${note}`,
      );
    },
    clear() {
      if (shown) stream.write(CLEAR_LINE);
      shown = false;
    },
  };
}
