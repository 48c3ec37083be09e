import { MlserveError } from "../../../core/errors.js";

/** Bytes that a table may take in memory: compressed, it can be a thousand times smaller than that. */
const MAX_TABLE_BYTES = 1024 * 1024 * 1024;

/** Counts what a table takes while it is read. */
export interface TableBudget {
  /** Throws `body_too_large` when more is asked for than is left. */
  spend(bytes: number): void;
}

export function createTableBudget(maxBytes: number = MAX_TABLE_BYTES): TableBudget {
  let left = maxBytes;
  return {
    spend(bytes) {
      if (!(bytes >= 0)) throw new RangeError("a size is negative");
      left -= bytes;
      if (left >= 0) return;
      throw new MlserveError("body_too_large", `the table takes more than ${maxBytes} bytes in memory`, {
        hint: "Send fewer rows at a time",
      });
    },
  };
}
