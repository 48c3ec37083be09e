import { basename } from "node:path";
import { MLMODEL_FILE } from "./mlmodel.js";

/** What a file that is no package and no bare model is, and what to do with it. */
export interface ForeignFile {
  readonly reason: string;
  readonly hint: string;
}

const SEE = "See https://github.com/mlserve/mlserve/blob/main/docs/export.md";

/** By the ending of the name. */
const ENDINGS: readonly (readonly [ending: RegExp, reason: string, hint: string])[] = [
  [
    /\.(pkl|pickle|joblib|dill|skops)$/i,
    "is a Python object, which only Python can load",
    `Export it to ONNX with skl2onnx.to_onnx. ${SEE}`,
  ],
  [/\.(pt|pth|ckpt|safetensors)$/i, "is a PyTorch file", `Export it to ONNX with torch.onnx.export. ${SEE}`],
  [
    /\.(h5|keras|pb|tflite)$/i,
    "is a TensorFlow or Keras file",
    `Convert it with tensorflowjs_converter, or with tf2onnx. ${SEE}`,
  ],
  [/\.(cbm|ubj|xgb|bst|lgb)$/i, "is a model of boosted trees", `Export it to ONNX with onnxmltools. ${SEE}`],
];

/** What a file is by its name, when that says what nobody here can run; undefined for any other. */
export function findForeignFile(path: string): ForeignFile | undefined {
  const [, reason, hint] = ENDINGS.find(([ending]) => ending.test(path)) ?? [];
  return reason === undefined || hint === undefined ? undefined : { reason, hint };
}

/** A file that becomes a package when it is packed, or is a part of a folder that is one. */
export function findUnpackedFile(path: string): ForeignFile | undefined {
  const name = basename(path);
  if (name === MLMODEL_FILE) return { reason: "is the MLmodel file of a folder", hint: "Give the folder" };
  if (/\.onnx$/i.test(name))
    return { reason: "is a bare ONNX file, not a package", hint: "Run mlserve pack on it first" };
  if (name === "model.json")
    return { reason: "is a bare TensorFlow.js model, not a package", hint: "Run mlserve pack on it first" };
  return undefined;
}
