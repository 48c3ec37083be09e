/** Thrown where a body holds something that only the reference decoder knows; a symbol, as an error would cost a stack. */
export const HAND_OVER = Symbol("hand over to the reference decoder");

/** Gives the body to the reference decoder, which reads it or says what is wrong with it. */
export function handOver(): never {
  throw HAND_OVER;
}
