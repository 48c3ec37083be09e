import type { ModelFiles } from "../../format/model.js";
import type { OnnxGraph } from "./graph.js";

/** Of the ONNX file and its weights files together. */
export const MAX_INLINE_BYTES = 5_000_000;
const MAX_NODES = 1000;

/**
 * Operators whose output is as large as a value says, not as large as their input: a few bytes of a request or of the
 * file could fill the memory of the server.
 */
const UNBOUNDED: readonly string[] = [
  "ConstantOfShape",
  "Expand",
  "OneHot",
  "Pad",
  "RandomNormal",
  "RandomUniform",
  "Range",
  "Resize",
  "Tile",
  "Upsample",
];

/**
 * Is a model tiny and bounded, so that it may run in the process that serves it? Known before any runtime sees the file.
 *
 * The runtime cannot be stopped during a run, and takes its process with it when it dies: a loop, a function or a tensor
 * that unfolds belongs into a process of its own.
 */
export function mayRunInline({ file, census, operators, externalData }: OnnxGraph, files: ModelFiles): boolean {
  const names = new Set([file, ...externalData.map((data) => data.file)]);
  const bytes = [...names].reduce((sum, name) => sum + files.size(name), 0);
  return (
    bytes <= MAX_INLINE_BYTES &&
    census.nodes <= MAX_NODES &&
    census.subgraphs === 0 &&
    census.functions === 0 &&
    census.sparseTensors === 0 &&
    UNBOUNDED.every((operator) => !operators.has(operator))
  );
}
