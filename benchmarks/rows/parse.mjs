/** node parse.mjs FILE SECONDS: the milliseconds of each JSON.parse of the file's bytes, after a second of warm-up, as JSON. */
import { readFileSync } from "node:fs";

const [, , file = "", seconds = "1"] = process.argv;
const bytes = readFileSync(file);

/** @param {number} duration seconds @returns {number[]} */
function parseFor(duration) {
  const latencies = [];
  const end = performance.now() + 1000 * duration;
  for (let before = performance.now(); before < end; ) {
    JSON.parse(bytes.toString());
    const after = performance.now();
    latencies.push(after - before);
    before = after;
  }
  return latencies;
}

parseFor(1);
console.log(JSON.stringify(parseFor(Number(seconds))));
