import { MlserveError } from "../../src/core/errors.js";

export type Autocannon = typeof import("autocannon");

/** Throws `flavor_unavailable` when autocannon is not installed. */
export async function importAutocannon(
  load: () => Promise<{ default: Autocannon }> = () => import("autocannon"),
): Promise<Autocannon> {
  try {
    return (await load()).default;
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    const reason = missing ? "the package autocannon is not installed" : "the package autocannon cannot be loaded";
    const hint = "mlserve bench sends its requests with it. Install it with: npm install autocannon";
    throw new MlserveError("flavor_unavailable", reason, { hint, cause });
  }
}
