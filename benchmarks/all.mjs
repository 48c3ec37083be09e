/**
 * Measures everything, one benchmark after another, for `npm run figures`.
 *
 *   node benchmarks/all.mjs [--nice=-15] [--only http,pack]
 *
 * Needs `npm run build` of what is committed. About a quarter of an hour.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What runs each, by the name of its result. */
const BENCHMARKS = {
  http: "http/run.mjs",
  connections: "connections/run.mjs",
  rows: "rows/run.mjs",
  resnet: "resnet/run.mjs",
  start: "start/run.mjs",
  compare: "compare/run.mjs",
  memory: "memory/run.mjs",
  workers: "workers/run.mjs",
  overload: "overload/run.mjs",
  pack: "pack/run.mjs",
  images: "images/run.mjs",
  offline: "offline/run.mjs",
  decode: "micro/decode.mjs",
  encode: "micro/encode.mjs",
  joining: "micro/joining.mjs",
  frames: "micro/frames.mjs",
};

const { values } = parseArgs({
  options: {
    nice: { type: "string", default: "0" },
    only: { type: "string", default: Object.keys(BENCHMARKS).join(",") },
  },
});
// Programs that are started get it from who starts them.
if (values.nice !== "0") setPriority(Number(values.nice));
const failed = values.only.split(",").filter((name) => {
  const file = fileURLToPath(new URL(BENCHMARKS[name] ?? `${name}/run.mjs`, import.meta.url));
  if (!existsSync(file)) return false;
  console.error(`== ${name}`);
  return spawnSync(process.execPath, [file], { stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) {
  console.error(`bench: ${failed.join(", ")} failed`);
  process.exitCode = 1;
}
