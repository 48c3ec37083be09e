#!/usr/bin/env node
// How long does it take to write a float32, in its own shortest digits and widened to float64?
// node benchmarks/micro/float32-text.mjs
import { importSources } from "../../scripts/import-sources.mjs";

const [{ createFloat32Text }, { pythonFloatText }] = await importSources(
  "src/core/float-texts.ts",
  "src/core/python-text.ts",
);

const COUNT = 1_000_000;
const ROUNDS = 5;

const pattern = new DataView(new ArrayBuffer(4));
const VALUES = {
  "from 0 to 1": () => Math.random(),
  "from -10 to 10": () => Math.random() * 20 - 10,
  "small probabilities": () => Math.random() ** 8,
  "whole, below 1000": () => Math.floor(Math.random() * 1000),
  "any bits": () => {
    pattern.setUint32(0, Math.random() * 2 ** 32);
    const value = pattern.getFloat32(0);
    return Number.isFinite(value) ? value : 1;
  },
};

const WRITERS = { shortest: createFloat32Text(), widened: pythonFloatText };

/** The best of several rounds, for what else the machine does only adds. */
function measure(write, values) {
  let best = Number.POSITIVE_INFINITY;
  let characters = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    characters = 0;
    for (const value of values) characters += write(value).length;
    best = Math.min(best, performance.now() - start);
  }
  return { nanoseconds: (best * 1e6) / values.length, characters: characters / values.length };
}

console.log("values               | style    | ns a number | million a second | characters");
for (const [name, next] of Object.entries(VALUES)) {
  const values = Float32Array.from({ length: COUNT }, next);
  for (const [style, write] of Object.entries(WRITERS)) {
    const { nanoseconds, characters } = measure(write, values);
    const cells = [name.padEnd(20), style.padEnd(8), nanoseconds.toFixed(1).padStart(11)];
    console.log(
      [...cells, (1000 / nanoseconds).toFixed(1).padStart(16), characters.toFixed(1).padStart(10)].join(" | "),
    );
  }
}
