import type { Latencies } from "./latencies.js";

/** How many answers took how long, for a picture. */
export interface Bar {
  /** Milliseconds; the last bar ends nowhere. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const BARS = 12;
/** What is slower than all but this share stands in the last bar. */
const MAIN_SHARE = 0.995;

/** Where bars begin, from the fastest of all answers to the slowest: each is as many times as wide as the one before. */
export function toScale(all: readonly Latencies[]): number[] {
  const some = all.filter(({ count }) => count > 0);
  const low = Math.min(...some.map((latencies) => latencies.quantile(0)));
  const high = Math.max(low * 1.1, ...some.map((latencies) => latencies.quantile(MAIN_SHARE)));
  const factor = (high / low) ** (1 / (BARS - 1));
  return some.length === 0 ? [] : Array.from({ length: BARS }, (_, i) => low * factor ** i);
}

/** The bars of a scale; what is faster than the first stands in it. */
export function toBars(latencies: Latencies, scale: readonly number[]): Bar[] {
  return scale.map((edge, i) => {
    const from = i === 0 ? 0 : edge;
    const to = scale[i + 1] ?? Number.POSITIVE_INFINITY;
    return { from, to, count: latencies.countBetween(from, to) };
  });
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of so many columns, to an eighth of one; what is there is seen, however little. */
export function drawBar(share: number, columns: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * columns * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}
