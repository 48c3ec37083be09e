/**
 * How fast, and in how much memory, is a large model packed and verified, beside `tar | sha256sum`?
 *
 *   node benchmarks/pack/run.mjs [--bytes 2000000000] [--rounds 2] [--folder DIR] [--nice=-15]
 *                                [--out benchmarks/results/pack.json]
 *
 * Needs `npm run build`, tar and sha256sum, and three times the size in free space in the folder (that for temporary
 * files unless another is named). Removes all that it writes.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { writeBigModel } from "./big-model.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = at("../../dist/cli/main.js");
const BASELINE = "tar | sha256sum";

const { values } = parseArgs({
  options: {
    bytes: { type: "string", default: "2000000000" },
    rounds: { type: "string", default: "2" },
    folder: { type: "string", default: tmpdir() },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/pack.json") },
  },
});

/** The names of what is compared, each with what it runs and what it has to say. */
const WORKS = {
  [BASELINE]: { command: "tar -c model | sha256sum", says: /^[0-9a-f]{64} / },
  "tar | tee | sha256sum, on the disk": {
    command: "tar -c model | tee copy.tar | sha256sum && sync copy.tar",
    says: /^[0-9a-f]{64} /,
  },
  "mlserve pack": { args: ["pack", "model/big.onnx", "-o", "big.tar", "--no-self-test", "--json"], says: /"sha256"/ },
  "mlserve validate": { args: ["validate", "big.tar", "--json"], says: /"valid":true/ },
};

/** Writes what the process used when it ends, where `usage` says. */
const TELL_USAGE = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\nusage " + JSON.stringify({ cpuMicros: userCPUTime + systemCPUTime, peakBytes: maxRSS * 1024 }));
})`;

/** @param {string} name @param {string} folder */
function run(name, folder) {
  const { command, args, says } = WORKS[name];
  const started = performance.now();
  const child =
    command === undefined
      ? spawnSync(
          process.execPath,
          ["--import", `data:text/javascript,${encodeURIComponent(TELL_USAGE)}`, CLI, ...args],
          {
            cwd: folder,
            encoding: "utf8",
            env: { ...process.env, TMPDIR: folder },
          },
        )
      : spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
  const seconds = (performance.now() - started) / 1000;
  if (child.status !== 0 || !says.test(child.stdout)) throw new Error(`${name}: ${child.stdout}${child.stderr}`);
  const used = /^usage (.*)$/m.exec(child.stderr)?.[1];
  return { name, seconds, ...(used === undefined ? {} : JSON.parse(used)), told: child.stdout };
}

/** The sum that pack tells is that of the file, and what is in it is what was packed. */
function check(folder, told) {
  const sh = (command) => {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout.split(" ")[0]?.trim();
  };
  if (sh("sha256sum big.tar") !== JSON.parse(told).sha256)
    throw new Error("pack told another sha256 than its file has");
  if (sh("tar -xOf big.tar big.onnx.data | sha256sum") !== sh("sha256sum model/big.onnx.data"))
    throw new Error("the package holds other weights than the model");
}

function summarize(results, bytes) {
  const rows = Object.keys(WORKS).map((name) => {
    const own = results.filter((result) => result.name === name);
    const seconds = Math.min(...own.map((result) => result.seconds));
    const peaks = own.flatMap(({ peakBytes }) => peakBytes ?? []);
    return {
      name,
      seconds,
      rounds: own.map((result) => result.seconds),
      megabytesPerSecond: bytes / 1e6 / seconds,
      ...(peaks.length === 0
        ? {}
        : { peakBytes: Math.max(...peaks), cpuSeconds: Math.min(...own.map(({ cpuMicros }) => cpuMicros)) / 1e6 }),
    };
  });
  const base = rows.find(({ name }) => name === BASELINE);
  return rows.map((row) => ({ ...row, ratio: base.seconds / row.seconds }));
}

const COLUMNS = {
  "": (row) => row.name,
  seconds: (row) => row.seconds.toFixed(1),
  "MB/s": (row) => row.megabytesPerSecond.toFixed(0),
  "speed to the first": (row) => `${row.ratio.toFixed(2)}x`,
  "CPU s": (row) => row.cpuSeconds?.toFixed(1) ?? "",
  "peak RSS": (row) => (row.peakBytes === undefined ? "" : `${Math.round(row.peakBytes / 1e6)} MB`),
  rounds: (row) => row.rounds.map((seconds) => seconds.toFixed(1)).join(", "),
};

async function main() {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const { out, folder: parent, ...options } = values;
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < 4 * Number(values.bytes)) throw new Error("too little space: name a folder with --folder");
  const folder = mkdtempSync(join(parent, "mlserve-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  if (values.nice !== "0") setPriority(Number(values.nice));
  const machine = describeMachine();
  mkdirSync(join(folder, "model"));
  const { bytes } = await writeBigModel(join(folder, "model"), { bytes: Number(values.bytes), external: true });
  const results = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const name of Object.keys(WORKS)) {
      console.error(`round ${round} of ${values.rounds}: ${name}`);
      results.push(run(name, folder));
    }
  }
  check(folder, results.findLast(({ name }) => name === "mlserve pack").told);
  const rows = summarize(results, bytes);
  await saveResult(out, { benchmark: "pack", options, machine, bytes, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  console.error(`bench:pack: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
