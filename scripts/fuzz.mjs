/**
 * Tries changed bodies and packages until something goes wrong, or the time is over.
 *
 *   npm run fuzz -- [--seconds 60] [--seed N] [bodies|packages]
 *
 * `--seconds` is for each of some thirty targets. What went wrong is kept in .cache/fuzz, and comes again with its seed.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, runNode } from "./processes.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
});
const env = { ...process.env, MLSERVE_FUZZ_SECONDS: values.seconds };
if (values.seed !== undefined) env.MLSERVE_FUZZ_SEED = values.seed;
const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
process.exitCode = await runNode([vitest, "run", "--mode", "fuzz", ...positionals], { env });
