import semver from "semver";
import { MlserveError, quoteName } from "../../core/errors.js";

/**
 * Throws `flavor_unavailable` when this Node is not in the range that a function asks for, `invalid_descriptor` for a
 * range that is none. A bare version (`20.19`) is the oldest that will do.
 */
export function checkNodeVersion(wanted: string | undefined, version: string = process.versions.node): void {
  if (wanted === undefined) return;
  const range = semver.validRange(/^v?\d+(\.\d+){0,2}$/.test(wanted) ? `>=${wanted.replace(/^v/, "")}` : wanted);
  if (range === null) {
    throw new MlserveError("invalid_descriptor", `expected a version of Node or a range, got ${quoteName(wanted)}`, {
      where: "MLmodel: flavors.js_function.node",
    });
  }
  if (semver.satisfies(version, range, { includePrerelease: true })) return;
  throw new MlserveError("flavor_unavailable", `the function needs Node ${quoteName(wanted)}, and this is ${version}`, {
    hint: "Serve it with another Node",
  });
}
