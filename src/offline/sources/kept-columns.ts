import { MlserveError, quoteName } from "../../core/errors.js";

/** The refusal of a column to keep that the input does not have. */
export function missingKept(name: string): MlserveError {
  return new MlserveError("usage", `the input has no column ${quoteName(name)} to keep`);
}
