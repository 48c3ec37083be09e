import type { Clock } from "../../src/core/clock.js";
import type { OutputStream } from "../io.js";

const EVERY_MS = 100;
const BAR_COLUMNS = 24;
const CLEAR_LINE = "\r\u001b[K";

/** A bar on a terminal that fills with time; nothing elsewhere. */
export interface ProgressBar extends Disposable {
  /** `milliseconds` of work begin; what was begun before is done. */
  begin(label: string, milliseconds: number): void;
}

export function createProgressBar(
  stream: OutputStream,
  totalMs: number,
  { clock, quiet }: { readonly clock: Clock; readonly quiet: boolean },
): ProgressBar {
  if (quiet || stream.isTTY !== true) return { begin: () => {}, [Symbol.dispose]: () => {} };
  let [doneMs, stepMs, startedAt, label] = [0, 0, clock(), ""];
  const draw = (): void => {
    const share = Math.min(1, (doneMs + Math.min(stepMs, clock() - startedAt)) / totalMs);
    const full = Math.floor(share * BAR_COLUMNS);
    const bar = "█".repeat(full) + "░".repeat(BAR_COLUMNS - full);
    stream.write(`${CLEAR_LINE}${bar} ${Math.floor(share * 100)} %  ${label}`);
  };
  const timer = setInterval(draw, EVERY_MS);
  return {
    begin(next, milliseconds) {
      doneMs += stepMs;
      [stepMs, startedAt, label] = [milliseconds, clock(), next.slice(0, 40)];
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      stream.write(CLEAR_LINE);
    },
  };
}
