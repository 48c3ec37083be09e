import { spawnSync } from "node:child_process";

const REQUEST = ["core", "http", "codec", "flavors", "pipeline", "workers", "serve"].map((folder) => `src/${folder}`);

/** The code that each result says something about; the whole of it where nothing is said. */
const MEASURED_CODE = {
  http: REQUEST,
  workers: REQUEST,
  compare: REQUEST,
  connections: REQUEST,
  resnet: REQUEST,
  rows: REQUEST,
  memory: REQUEST,
  decode: ["src/core", "src/codec/decode"],
  encode: ["src/core", "src/codec/encode"],
  joining: ["src/core", "src/codec/decode"],
  frames: ["src/workers"],
  offline: ["src/core", "src/codec", "src/flavors", "src/offline"],
  images: ["src/images", "bundle"],
  pack: ["src/format", "src/pack"],
};

/**
 * Why a result says nothing of the code that is there; undefined where it does.
 *
 * @param {string} name of the result
 * @param {{ commit: string | null, changed: boolean | null }} machine with what it was measured
 * @param {string} root of the checkout
 * @returns {string | undefined}
 */
export function staleness(name, { commit, changed }, root) {
  if (commit === null) return "measured outside of a checkout of git";
  if (changed === true) return "measured with changes that were not committed";
  const paths = MEASURED_CODE[name] ?? ["src", "cli"];
  const { status } = spawnSync("git", ["diff", "--quiet", commit, "--", ...paths], { cwd: root });
  if (status === 0) return undefined;
  return status === 1 ? `${paths.join(", ")} changed since ${commit.slice(0, 10)}` : `there is no commit ${commit}`;
}
