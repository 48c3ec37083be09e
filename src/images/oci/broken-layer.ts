import { MlserveError } from "../../core/errors.js";

/** What a layer is refused with that cannot be read: the reason itself where it was ours. */
export function brokenLayer(cause: unknown, where: string): MlserveError {
  if (cause instanceof MlserveError) return cause;
  return new MlserveError("invalid_image", "a layer is no well-formed tar archive", { where, cause });
}
