import { type ErrorKind, MlserveError } from "../core/errors.js";

/**
 * Imports what needs apache-arrow, which may be left out of an installation.
 *
 * Throws an error of `kind` that says how to install it.
 */
export async function importArrow<T>(load: () => Promise<T>, kind: ErrorKind): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isModuleMissing(cause)) throw cause;
    const hint = "The server's operator can add it with: npm install apache-arrow";
    throw new MlserveError(kind, "Arrow needs the package apache-arrow, which is not installed here", { hint, cause });
  }
}

function isModuleMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
