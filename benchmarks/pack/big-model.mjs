import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { importSources } from "../../scripts/import-sources.mjs";

/** Rows and columns of each matrix: 4096 x 4096 float32 are 64 MiB. */
const SIDE = 4096;
const MATRIX_BYTES = SIDE * SIDE * 4;

/**
 * Writes an ONNX model whose output is its input times matrices of 64 MiB, one after another; gives its main file.
 *
 * @param {string} folder
 * @param {{ bytes: number, external: boolean }} options `bytes`: of the weights, rounded to whole matrices; `external`: in a
 *   file of their own, as MLflow writes them, or inside the ONNX file, which may have up to 2 GB
 * @returns {Promise<{ file: string, bytes: number }>}
 */
export async function writeBigModel(folder, { bytes, external }) {
  const [proto] = await importSources("src/flavors/onnx/proto-fields.ts");
  const count = Math.max(1, Math.round(bytes / MATRIX_BYTES));
  const weights = randomWeights();
  const file = join(folder, "big.onnx");
  const matrices = Array.from({ length: count }, (_, i) => matrix(weights, i));
  if (external) writeParts(join(folder, "big.onnx.data"), matrices.flat());
  writeParts(file, modelParts(proto, count, external ? undefined : matrices));
  return { file, bytes: count * MATRIX_BYTES };
}

/** Of one matrix, small enough for a chain of them to stay finite; each begins with another number. */
function randomWeights() {
  const values = new Float32Array(SIDE * SIDE);
  for (let i = 0, state = 1; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 32 - 0.5) / SIDE;
  }
  return new Uint8Array(values.buffer);
}

/** The runtime would keep one of several equal matrices. @param {Uint8Array} weights @param {number} place */
function matrix(weights, place) {
  const first = new Uint8Array(Float32Array.of((place + 1) / SIDE).buffer);
  return [first, weights.subarray(first.length)];
}

/** @param {string} path @param {readonly Uint8Array[]} parts */
function writeParts(path, parts) {
  const file = openSync(path, "w");
  for (const part of parts) writeSync(file, part);
  closeSync(file);
}

/** A ModelProto of opset 17. */
function modelParts({ encodeMessageField: message, encodeNumberField: number, encodeTextField: text }, count, inline) {
  const dimension = message(1, [number(1, SIDE)]);
  const shape = message(2, [...message(1, [number(1, 1)]), ...dimension]);
  const valueInfo = (no, name) => message(no, [text(1, name), ...message(2, message(1, [number(1, 1), ...shape]))]);
  const matrices = Array.from({ length: count }, (_, i) => i);
  const node = (i) => [text(1, `x${i}`), text(1, `w${i}`), text(2, `x${i + 1}`), text(4, "MatMul")];
  const entry = (key, value) => message(13, [text(1, key), text(2, String(value))]);
  const placed = (i) => [
    ...entry("location", "big.onnx.data"),
    ...entry("offset", i * MATRIX_BYTES),
    ...entry("length", MATRIX_BYTES),
    number(14, 1),
  ];
  const tensor = (i) => [
    number(1, SIDE),
    number(1, SIDE),
    number(2, 1),
    text(8, `w${i}`),
    ...(inline === undefined ? placed(i) : message(9, inline[i])),
  ];
  const graph = [
    ...matrices.flatMap((i) => message(1, node(i))),
    text(2, "big"),
    ...matrices.flatMap((i) => message(5, tensor(i))),
    ...valueInfo(11, "x0"),
    ...valueInfo(12, `x${count}`),
  ];
  return [number(1, 8), ...message(7, graph), ...message(8, [number(2, 17)])];
}
