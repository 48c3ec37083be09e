/*
 * node reload.mjs DIST MODEL TIMES   replaces a model that runs in a worker process, again and again
 *
 * Prints, as JSON, the resident memory of this process and its worker after each time, in bytes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dist, source, times] = process.argv.slice(2);
const { createFlavorRegistry, createModelSlot, loadModel, onnxFlavor } = await import(
  pathToFileURL(join(dist, "src", "index.js")).href
);
const bytes = readFileSync(join(source, "serving_input_example.json"));
const load = () => loadModel(source, { flavors: createFlavorRegistry([onnxFlavor]), isolation: "process", workers: 1 });

const slot = createModelSlot(await load());
const resident = [];
const seen = new Set();
for (let i = 0; i < Number(times); i++) {
  await slot.replace(await load());
  await slot.current.executor.execute({ bytes, media: "application/json" }, new AbortController().signal);
  const pids = slot.current.pids();
  for (const pid of pids) seen.add(pid);
  resident.push([process.pid, ...pids].map(residentBytes).reduce((sum, each) => sum + each, 0));
}
const last = slot.current.pids();
await slot[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ resident, workers: seen.size, left: [...seen, ...last].filter(isAlive) }));

function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(kilobytes) * 1024;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
