import { MlserveError } from "../../../core/errors.js";
import { flattenList } from "../nested-list.js";
import { handOver } from "./hand-over.js";
import type { Source } from "./source.js";

/** Passes over the value of a column or tensor that the signature does not have, which needs even lists all the same. */
export function skipColumn(source: Source): void {
  const value = source.takeAny(2);
  try {
    flattenList(value, "", source.limits);
  } catch (error) {
    if (error instanceof MlserveError) handOver();
    throw error;
  }
}
