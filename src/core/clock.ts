/** Milliseconds from a fixed moment, never going back (`performance.now`). */
export type Clock = () => number;

export const monotonicClock: Clock = () => performance.now();

/** The parts of a request's life that are timed apart; `queue` is all waiting for the model's turn. */
export const PHASES = ["decode", "queue", "predict", "encode"] as const;
/**
 * The name of a part of a request's life that is timed apart.
 *
 * @useDeclaredType
 */
export type Phase = (typeof PHASES)[number];
