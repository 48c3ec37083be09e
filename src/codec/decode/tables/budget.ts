import { OWN_DATA_LIMITS, ValueBudget } from "../../../core/decode-limits.js";

/** Counts what a table takes while it is read: compressed, it can be a thousand times smaller than that. */
export type TableBudget = Pick<ValueBudget, "spend" | "checkText">;

export function createTableBudget(maxBytes: number = OWN_DATA_LIMITS.maxValueBytes): TableBudget {
  return new ValueBudget({ ...OWN_DATA_LIMITS, maxValueBytes: maxBytes });
}
