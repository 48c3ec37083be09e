import { type Clock, monotonicClock } from "../../core/clock.js";
import type { Rate } from "../../core/rate.js";

/** Callers beyond this many are forgotten, those that were quiet longest first. */
const MAX_CALLERS = 10_000;

/** Sums of parts of a request may miss a whole one by their rounding. */
const ONE = 1 - 1e-9;

interface Bucket {
  /** Requests that the caller may make now; a part of one is time that has passed towards the next. */
  tokens: number;
  at: number;
}

/** Counts the requests of each caller: so many at once, and from then on as many as the rate gives. */
export class RateLimiter {
  private readonly rate: Rate;
  private readonly clock: Clock;
  /** In the order of their last request. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: Clock = monotonicClock) {
    this.rate = rate;
    this.clock = clock;
  }

  /** Takes one request of a caller: 0 when it may go on, else the milliseconds to wait for that. */
  take(caller: string): number {
    const { count, perMs } = this.rate;
    const now = this.clock();
    const bucket = this.buckets.get(caller) ?? { tokens: count, at: now };
    bucket.tokens = Math.min(count, bucket.tokens + ((now - bucket.at) * count) / perMs);
    bucket.at = now;
    this.buckets.delete(caller);
    this.buckets.set(caller, bucket);
    this.forgetQuiet();
    if (bucket.tokens < ONE) return ((1 - bucket.tokens) * perMs) / count;
    bucket.tokens--;
    return 0;
  }

  private forgetQuiet(): void {
    if (this.buckets.size <= MAX_CALLERS) return;
    for (const caller of this.buckets.keys()) {
      this.buckets.delete(caller);
      return;
    }
  }
}
