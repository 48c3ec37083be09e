import { setTimeout as wait } from "node:timers/promises";
import type { MlserveError } from "../../core/errors.js";

/** How often, and how patiently, something is tried again. */
export interface RetryPolicy {
  /** Tries in all, without one that gets on. */
  readonly tries: number;
  /** Milliseconds before the second try; twice as many before each one after it. */
  readonly delayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { tries: 6, delayMs: 500 };

/** Longer than that nobody waits for a registry. */
const LONGEST_DELAY_MS = 60_000;

/** A failure that may be gone the next time: a connection that broke, a registry that is too busy. */
export class PassingFailure extends Error {
  /** Milliseconds that the registry asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** What to throw when it does not pass. */
  readonly final: MlserveError;

  constructor(final: MlserveError, retryAfterMs?: number) {
    super(final.message, { cause: final });
    this.final = final;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Tries until it succeeds or fails otherwise than with a {@link PassingFailure}. A try that `isFurther` says got further
 * than the one before starts the count anew.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  attempt: (before: PassingFailure | undefined) => Promise<T>,
  isFurther: () => boolean = () => false,
): Promise<T> {
  let failure: PassingFailure | undefined;
  for (let failed = 0; ; ) {
    try {
      return await attempt(failure);
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      failure = error;
    }
    failed = isFurther() ? 1 : failed + 1;
    if (failed >= policy.tries) throw failure.final;
    await wait(delayOf(failure, failed, policy));
  }
}

function delayOf({ retryAfterMs, final }: PassingFailure, failed: number, { delayMs }: RetryPolicy): number {
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_DELAY_MS) throw final;
  // Not all who were turned away come back at once.
  const spread = 0.75 + Math.random() / 2;
  return retryAfterMs ?? Math.min(LONGEST_DELAY_MS, delayMs * 2 ** (failed - 1) * spread);
}

/** The header `Retry-After` in milliseconds: seconds, or a date. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
