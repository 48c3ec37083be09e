import type { PhaseTimes } from "../pipeline/executor.js";

/** Work that may lie in a worker beside what it is at. */
const AHEAD_MS = 1;
/** More than so many calls ahead save nothing. */
const MOST = 32;
/** How much a call tells that took less time than those before it; one that took more is believed at once. */
const WEIGHT = 0.1;

/**
 * How many calls a worker is given beside those that it works on: one, so that it need not wait for us. To an only worker,
 * whose calls nobody else could take meanwhile, as many quick ones as it does in a moment: they go to it together, and
 * their answers come back together, with one call of the system for all.
 */
export class CallsAhead {
  /** Milliseconds that a call takes; undefined before the first. */
  private callMs: number | undefined;

  /** A call took so long in its worker. */
  learn({ decode, predict, encode }: PhaseTimes): void {
    const ms = decode + predict + encode;
    const known = this.callMs ?? ms;
    this.callMs = ms > known ? ms : known + WEIGHT * (ms - known);
  }

  /** `groupSize`: calls that may be run together. What waits here for that is not to be given away one by one. */
  most(workers: number, groupSize: number): number {
    if (workers > 1 || groupSize > 1 || this.callMs === undefined) return 1;
    return Math.min(MOST, Math.max(1, Math.floor(AHEAD_MS / this.callMs)));
  }
}
