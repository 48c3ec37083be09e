import { type Clock, monotonicClock } from "../core/clock.js";

export interface GatheringOptions {
  /** Milliseconds that the oldest may be kept for others; 0 for no longer than this turn of the event loop. */
  readonly waitMs: number;
  readonly clock?: Clock;
}

/**
 * Says when what has gathered may go: at the end of a turn of the event loop, in which all that came at once has been
 * read, or when the oldest has waited its time.
 */
export class Gathering {
  private readonly go: () => void;
  private readonly waitMs: number;
  private readonly clock: Clock;
  private turn: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor({ waitMs, clock = monotonicClock }: GatheringOptions, go: () => void) {
    this.waitMs = waitMs;
    this.clock = clock;
    this.go = () => {
      this.cancel();
      go();
    };
  }

  /** To be called for every one that comes, and when there is room again. `oldest`: when the first of them came. */
  arm(oldest: number, isFull: boolean): void {
    if (this.turn !== undefined) return;
    const left = isFull || this.waitMs === 0 ? 0 : oldest + this.waitMs - this.clock();
    if (left > 0) this.timer ??= setTimeout(this.go, left);
    else this.turn = setImmediate(this.go);
  }

  cancel(): void {
    clearImmediate(this.turn);
    clearTimeout(this.timer);
    this.turn = undefined;
    this.timer = undefined;
  }
}
