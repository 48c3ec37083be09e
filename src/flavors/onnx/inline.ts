import type { ModelFiles } from "../../format/model.js";
import type { OnnxGraph } from "./graph.js";

export const MAX_INLINE_BYTES = 5_000_000;
const MAX_NODES = 1000;

/**
 * Operators whose output is as large as a value says, not as large as their input: a few bytes of a request or of the
 * file could fill the memory of the server.
 */
const UNBOUNDED: readonly string[] = [
  "AffineGrid",
  "BlackmanWindow",
  "CenterCropPad",
  "Col2Im",
  "ConstantOfShape",
  "ConvTranspose",
  "DFT",
  "Expand",
  "HammingWindow",
  "HannWindow",
  "ImageDecoder",
  "MaxUnpool",
  "MelWeightMatrix",
  "Multinomial",
  "OneHot",
  "Pad",
  "RandomNormal",
  "RandomUniform",
  "Range",
  "Resize",
  "RoiAlign",
  "STFT",
  "Tile",
  "Upsample",
];

/** What the operators of other domains do is known to whoever wrote them. */
const KNOWN_DOMAINS: readonly string[] = ["", "ai.onnx", "ai.onnx.ml"];

/**
 * Is a model tiny and bounded, so that it may run in the process that serves it? Known before any runtime sees the file.
 *
 * The runtime cannot be stopped during a run, and takes its process with it when it dies: a loop, a function, a tensor
 * that unfolds, or an operator that nobody here knows belongs into a process of its own.
 */
export function mayRunInline({ file, census, operators, externalData }: OnnxGraph, files: ModelFiles): boolean {
  return (
    files.size(file) <= MAX_INLINE_BYTES &&
    externalData.length === 0 &&
    census.nodes <= MAX_NODES &&
    census.subgraphs === 0 &&
    census.functions === 0 &&
    census.sparseTensors === 0 &&
    [...operators].every(isBounded)
  );
}

/** `Add`, or with its domain `ai.onnx.ml:ZipMap`. */
function isBounded(operator: string): boolean {
  const colon = operator.lastIndexOf(":");
  const domain = operator.slice(0, Math.max(0, colon));
  return KNOWN_DOMAINS.includes(domain) && !UNBOUNDED.includes(operator.slice(colon + 1));
}
