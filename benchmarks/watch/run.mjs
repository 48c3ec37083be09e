/**
 * How long from saving a function to the first answer of its new version? With `mlserve serve --watch`.
 *
 *   node benchmarks/watch/run.mjs [--saves 20] [--out benchmarks/results/watch.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { CLI, killAll, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GIVE_UP_MS = 60_000;

/** The project that `mlserve init` makes; each of its files is saved in turn, with another answer. */
const FILES = {
  "predict.ts": (answer) => `
import * as z from "zod/mini";
import { toAnswer } from "./classifier.js";
export const input = z.object({ x: z.number() });
export const predict = (rows: z.infer<typeof input>[]) => rows.map(() => toAnswer(${answer}));
`,
  "classifier.ts": (answer) => `export const toAnswer = (_: number): number => ${answer};\n`,
};

const COLUMNS = {
  saved: (row) => row.file,
  saves: (row) => String(row.saves),
  "median ms": (row) => row.median.toFixed(0),
  "p90 ms": (row) => row.p90.toFixed(0),
  "least ms": (row) => row.least.toFixed(0),
  "node -e 0, median ms": (row) => row.node.toFixed(0),
  "to node -e 0": (row) => `${row.ratio.toFixed(1)}x`,
};

async function ask(url) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: '{"dataframe_records":[{"x":1}]}' });
  return (await response.json()).predictions?.[0];
}

/** Milliseconds from before the file is written to the answer of what it says. */
async function measureSave(url, path, file, answer) {
  const start = performance.now();
  writeFileSync(path, FILES[file](answer));
  while (performance.now() - start < GIVE_UP_MS) {
    if ((await ask(url)) === answer) return performance.now() - start;
    // Asking all the time would take the core that a reload needs.
    await sleep(5);
  }
  throw new Error(`no answer of the new version within ${GIVE_UP_MS / 1000} s`);
}

/** What starting Node costs on this machine at this moment: a reload starts two. */
function measureNode() {
  const start = performance.now();
  execFileSync(process.execPath, ["-e", "0"]);
  return performance.now() - start;
}

async function measureFile(url, folder, file, saves) {
  const [times, nodes] = [[], []];
  for (let i = 0; i < saves; i++) {
    times.push(await measureSave(url, join(folder, file), file, (file === "predict.ts" ? 1000 : 2000) + i));
    // So that the process for the next time is up, as it is for people.
    await sleep(1000);
    nodes.push(measureNode());
  }
  const at = (list, share) => list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * share)];
  const ratio = at(
    times.map((time, i) => time / nodes[i]),
    0.5,
  );
  return { file, saves, median: at(times, 0.5), p90: at(times, 0.9), least: at(times, 0), node: at(nodes, 0.5), ratio };
}

async function main() {
  const { values } = parseArgs({
    options: {
      saves: { type: "string", default: "20" },
      out: { type: "string", default: fileURLToPath(new URL("../results/watch.json", import.meta.url)) },
    },
  });
  const folder = openRunFolder();
  const machine = describeMachine();
  const project = join(folder, "project");
  cpSync(join(ROOT, "templates", "function"), project, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"), "junction");
  writeFileSync(join(project, "predict.ts"), FILES["predict.ts"](0));
  writeFileSync(join(project, "classifier.ts"), "export const toAnswer = (answer: number): number => answer;\n");
  const args = [CLI, "serve", join(project, "predict.ts"), "--watch", "--port", "0", "--log-level", "error"];
  const server = await startServer("watch", args, { folder, side: "proc" });
  const rows = [];
  for (const file of Object.keys(FILES)) rows.push(await measureFile(server.url, project, file, Number(values.saves)));
  await server.stop();
  await saveResult(values.out, { benchmark: "watch", machine, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  killAll();
  console.error(`bench:watch: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
