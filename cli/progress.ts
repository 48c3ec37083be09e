import type { Clock } from "../src/core/clock.js";
import type { LongWork, WorkProgress } from "../src/core/progress.js";
import type { OutputStream } from "./io.js";
import { formatBytes, formatSeconds } from "./text.js";

const FIRST_AFTER_MS = 1000;
const AGAIN_AFTER_MS = 100;
/** A rate is told when this much time stands behind it. */
const RATE_AFTER_MS = 500;
const CLEAR_LINE = "\r\u001b[K";

/** One line on a terminal that tells how far long work is. Says nothing elsewhere, and nothing of short work. */
export interface ProgressLine {
  /** `note` goes behind the amount. */
  readonly show: (progress: WorkProgress, note?: string) => void;
  /** Takes the line away, for what is printed now; it comes back when there is more to tell. */
  clear(): void;
  /** Takes the line away for good. */
  end(): void;
}

export const NO_PROGRESS: ProgressLine = { show: () => {}, clear: () => {}, end: () => {} };

const WORDS: Readonly<Record<LongWork, { readonly text: string; readonly unit: "bytes" | "count" }>> = {
  unpack: { text: "unpacking", unit: "bytes" },
  check: { text: "checking files", unit: "bytes" },
  hash: { text: "hashing files", unit: "bytes" },
  pack: { text: "packing", unit: "bytes" },
  load: { text: "loading the model", unit: "count" },
  warm_up: { text: "warming the model up", unit: "count" },
  self_test: { text: "running the self-test", unit: "count" },
  score: { text: "scoring", unit: "bytes" },
  test: { text: "testing", unit: "count" },
  image: { text: "building the image", unit: "count" },
  pull: { text: "pulling", unit: "bytes" },
  push: { text: "pushing", unit: "bytes" },
  write: { text: "writing the image", unit: "bytes" },
  compare: { text: "comparing predictions", unit: "count" },
};

interface Shown {
  readonly progress: WorkProgress;
  readonly note: string;
  /** When this work began. */
  readonly since: number;
}

/** The line appears a second after it is made, wherever a terminal can take it back. */
export function createProgressLine(stream: OutputStream, clock: Clock): ProgressLine {
  const start = clock();
  let shown: Shown | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const now = clock();
    if (shown === undefined || now - start < FIRST_AFTER_MS || now - drawnAt < AGAIN_AFTER_MS) return;
    drawnAt = now;
    isDrawn = true;
    stream.write(CLEAR_LINE + toLine(shown, now).slice(0, (stream.columns || 80) - 1));
  };
  const clear = (): void => {
    if (isDrawn) stream.write(CLEAR_LINE);
    isDrawn = false;
  };
  return {
    show(progress, note = "") {
      if (isOver) return;
      const isOther = shown?.progress.work !== progress.work;
      shown = { progress, note, since: isOther ? clock() : (shown?.since ?? clock()) };
      // What comes next may keep this thread busy, so that nobody could draw then.
      if (isOther) drawnAt = Number.NEGATIVE_INFINITY;
      timer ??= setInterval(draw, AGAIN_AFTER_MS).unref();
      draw();
    },
    clear,
    end() {
      isOver = true;
      clearInterval(timer);
      shown = undefined;
      clear();
    },
  };
}

/** `packing 320 MB of 1.5 GB (21 %), 410 MB/s, 3 s left`, or `loading the model, 4 s`. */
function toLine({ progress: { work, done, total }, note, since }: Shown, now: number): string {
  const { text, unit } = WORDS[work];
  const seconds = (now - since) / 1000;
  if (done === undefined) return [text, formatSeconds(seconds), ...(note === "" ? [] : [note])].join(", ");
  const amount = unit === "bytes" ? formatBytes : String;
  const parts = [
    total === undefined || total === 0
      ? `${text} ${amount(done)}`
      : `${text} ${amount(done)} of ${amount(total)} (${Math.floor((100 * done) / total)} %)`,
    ...(note === "" ? [] : [note]),
    ...pace(done, total, seconds, unit),
  ];
  return parts.join(", ");
}

function pace(done: number, total: number | undefined, seconds: number, unit: "bytes" | "count"): string[] {
  if (seconds * 1000 < RATE_AFTER_MS || done === 0) return [];
  const rate = done / seconds;
  return [
    ...(unit === "bytes" ? [`${formatBytes(Math.round(rate))}/s`] : []),
    ...(total === undefined || total <= done ? [] : [`${formatSeconds((total - done) / rate)} left`]),
  ];
}
