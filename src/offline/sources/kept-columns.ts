import { MlserveError, quoteName } from "../../core/errors.js";
import { nearestWord } from "../../core/nearest-word.js";

/** The refusal of a column to keep that the input does not have. */
export function missingKept(name: string, known: readonly string[]): MlserveError {
  const near = nearestWord(name, known);
  return new MlserveError("usage", `the input has no column ${quoteName(name)} to keep`, {
    ...(near === undefined ? {} : { hint: `Did you mean ${quoteName(near)}?` }),
  });
}
