/** How long answers took, counted in steps so narrow that a step's middle is within half a percent of all in it. */
export interface Latencies {
  readonly count: number;
  /** Milliseconds; NaN of none. */
  readonly max: number;
  add(milliseconds: number): void;
  /** Milliseconds that a share (0 to 1) of all took at most; NaN of none. */
  quantile(share: number): number;
  /** How many took from `low` to less than `high` milliseconds, as far as the steps tell. */
  countBetween(low: number, high: number): number;
}

const STEPS_PER_OCTAVE = 96;
/** Shorter ones are counted as this, longer ones as 2^28 times this (268 s). */
const SHORTEST_MS = 0.001;
const STEPS = STEPS_PER_OCTAVE * 28;

/** Memory does not grow with what is added. */
export function createLatencies(): Latencies {
  const counts = new Float64Array(STEPS);
  let count = 0;
  let max = Number.NaN;
  return {
    get count() {
      return count;
    },
    get max() {
      return max;
    },
    add(milliseconds) {
      const step = stepOf(milliseconds);
      counts[step] = (counts[step] ?? 0) + 1;
      count++;
      if (!(max >= milliseconds)) max = milliseconds;
    },
    quantile(share) {
      let left = Math.max(1, Math.ceil(share * count));
      const step = counts.findIndex((each) => {
        left -= each;
        return left <= 0;
      });
      return step === -1 ? Number.NaN : Math.min(max, middleOf(step));
    },
    countBetween(low, high) {
      let between = 0;
      counts.forEach((each, step) => {
        if (middleOf(step) >= low && middleOf(step) < high) between += each;
      });
      return between;
    },
  };
}

function stepOf(milliseconds: number): number {
  const step = Math.floor(Math.log2(milliseconds / SHORTEST_MS) * STEPS_PER_OCTAVE);
  return Math.min(STEPS - 1, Math.max(0, step));
}

function middleOf(step: number): number {
  return SHORTEST_MS * 2 ** ((step + 0.5) / STEPS_PER_OCTAVE);
}
