import { MlserveError } from "../../core/errors.js";

/** What the data is and what the signature wants do not agree. */
export function mismatch(reason: string, where?: string, hint?: string): MlserveError {
  return new MlserveError("schema_mismatch", reason, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}
