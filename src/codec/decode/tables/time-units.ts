import { MlserveError } from "../../../core/errors.js";
import { INTEGER_RANGES } from "../../../core/integer-ranges.js";
import { NOT_A_TIME } from "../../../core/tensor.js";

const NANOSECONDS_OF_A_DAY = 86_400_000_000_000n;

/** Nanoseconds since 1970 of a moment in a coarser unit. Throws `invalid_body` beyond the years 1678 to 2261. */
export function toNanoseconds(moment: bigint, nanosecondsOfUnit: bigint): bigint {
  const nanoseconds = moment * nanosecondsOfUnit;
  if (nanoseconds > NOT_A_TIME && nanoseconds <= INTEGER_RANGES.int64.max) return nanoseconds;
  throw new MlserveError("invalid_body", "a date is not within the years 1678 to 2261");
}

/** Nanoseconds since 1970 at the start of a day. */
export function daysToNanoseconds(days: number): bigint {
  return toNanoseconds(BigInt(days), NANOSECONDS_OF_A_DAY);
}
