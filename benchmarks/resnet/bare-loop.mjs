/**
 * node bare-loop.mjs model.onnx image.bin SECONDS THREADS: what the runtime does by itself. After two seconds of warm-up,
 * runs one image after another, and prints { milliseconds: of each run, probs: its output }.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { IMAGE } from "./model.mjs";

const [, , model = "", image = "", seconds = "1", threads = "1"] = process.argv;
const session = await InferenceSession.create(model, { intraOpNumThreads: Number(threads) });
const bytes = readFileSync(image);
const input = new Tensor("float32", new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), IMAGE);

/** @param {number} duration seconds */
async function runFor(duration) {
  const milliseconds = [];
  let probs;
  const end = performance.now() + 1000 * duration;
  for (let before = performance.now(); before < end; ) {
    ({ probs } = await session.run({ image: input }));
    const after = performance.now();
    milliseconds.push(after - before);
    before = after;
  }
  return { milliseconds, probs: Array.from(probs?.data ?? []) };
}

await runFor(2);
console.log(JSON.stringify(await runFor(Number(seconds))));
