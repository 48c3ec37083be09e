import { type Clock, monotonicClock } from "../core/clock.js";
import { MlserveError } from "../core/errors.js";

/** What may wait for a model. */
export interface QueueLimits {
  /** Requests. */
  readonly requests: number;
  /** Rows of all of them together. */
  readonly rows: number;
  /**
   * Milliseconds that a request may be expected to wait. `auto`: 500, or the time of 32 requests where that is longer, so
   * that a few callers at once are never refused by a slow model.
   */
  readonly waitMs: number | "auto";
}

const AUTO_WAIT_MS = 500;
const AUTO_REQUESTS = 32;

/** What a request costs besides its rows, in rows: most of a small one is what comes around it. */
const ROWS_OF_A_REQUEST = 8;

/** The pace is measured over spans of at least so long, each of which counts so much against those before. */
const SPAN_MS = 50;
const WEIGHT = 0.3;

/** Requests and rows. */
export interface Amount {
  readonly requests: number;
  readonly rows: number;
}

/**
 * Refuses at once what could not be answered in time, by the pace at which a queue moves while there is more in it than
 * the model can begin.
 */
export class QueueGuard {
  private readonly limits: QueueLimits;
  private readonly clock: Clock;
  /** When something was begun last, or came while nothing waited. */
  private movedAt: number;
  /** Since when there has been more than could be begun, and what was begun since. */
  private spanStart: number | undefined;
  private spanRows = 0;
  /** Milliseconds for the work of one row; undefined while it is not known. */
  private pace: number | undefined;

  constructor(limits: QueueLimits, clock: Clock = monotonicClock) {
    this.limits = limits;
    this.clock = clock;
    this.movedAt = clock();
  }

  /** To be asked before a request joins those that wait. Throws `overloaded`. */
  check(waiting: Amount): void {
    if (waiting.requests === 0) {
      this.movedAt = this.clock();
      return;
    }
    const { requests, rows, waitMs } = this.limits;
    const expectedMs = this.expectedMs(waiting);
    const isLate =
      waitMs === "auto" ? expectedMs > AUTO_WAIT_MS && waiting.requests >= AUTO_REQUESTS : expectedMs > waitMs;
    if (isLate || waiting.requests >= requests || waiting.rows >= rows) throw overloaded(expectedMs);
  }

  /** Some of those that waited have begun, and others are `left`. */
  moved(begun: Amount, left: Amount): void {
    const now = this.clock();
    this.movedAt = now;
    if (this.spanStart !== undefined) {
      this.spanRows += workOf(begun);
      const spanMs = now - this.spanStart;
      if (spanMs >= SPAN_MS && this.spanRows > 0) {
        const pace = spanMs / this.spanRows;
        this.pace = this.pace === undefined ? pace : this.pace + WEIGHT * (pace - this.pace);
        this.spanStart = undefined;
      }
    }
    if (left.requests === 0) this.spanStart = undefined;
    else if (this.spanStart === undefined) {
      this.spanStart = now;
      this.spanRows = 0;
    }
  }

  /** A queue that stands still is as late as it has stood. */
  private expectedMs(waiting: Amount): number {
    return Math.max(workOf(waiting) * (this.pace ?? 0), this.clock() - this.movedAt);
  }
}

function workOf({ requests, rows }: Amount): number {
  return requests * ROWS_OF_A_REQUEST + rows;
}

function overloaded(expectedMs: number): MlserveError {
  return new MlserveError("overloaded", "more requests wait for the model than it can answer in time", {
    hint: "Try again after the seconds that Retry-After says",
    retryAfterMs: Math.max(1000, expectedMs),
  });
}
