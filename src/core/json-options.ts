import type { DecodeLimits, ValueBudget } from "./decode-limits.js";

export interface JsonOptions {
  /** Read the bare words NaN, Infinity and -Infinity as floats, as Python does. Default false. */
  readonly nonFinite?: boolean;
  /** Which value counts when a key stands twice in an object. Default `last`. */
  readonly repeatedKeys?: "last" | "refuse";
  /** Default: those for the user's own data. */
  readonly limits?: DecodeLimits;
}

/** Where a value stands in a text that is read in parts. */
export interface JsonPlace {
  readonly position: number;
  /** Lists and objects that are open around it. */
  readonly depth: number;
  /** What the values of the whole text may take. */
  readonly budget: ValueBudget;
}
