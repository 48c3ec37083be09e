import { EXIT } from "../../../src/core/errors.js";
import { type MistakeRow, toMistakes } from "./mistake.js";

const SEE = "See https://github.com/mlserve/mlserve/blob/main/docs/export.md";
const SKLEARN = `Export it to ONNX with skl2onnx.to_onnx. ${SEE}`;
const TORCH = `is a PyTorch file. Export it to ONNX with torch.onnx.export. ${SEE}`;
const PICKLE = `is a Python object, which only Python can load. ${SKLEARN}`;
const KERAS = `is a TensorFlow or Keras file. Convert it with tensorflowjs_converter, or with tf2onnx. ${SEE}`;
const NO_PACKAGE = "Expected a package that mlserve pack wrote, or the folder of a model";
const NO_MODEL =
  "holds no model that can be packed. Expected a function in JavaScript or TypeScript, an .onnx file, a TensorFlow.js " +
  `model.json, or a folder that MLflow saved. ${SEE}`;
const WHERE_IS_IT = "Give the path of a package that mlserve pack wrote, or of a folder with an MLmodel file";

const { usage, model, input, environment } = EXIT;

const ROWS: readonly MistakeRow[] = [
  // The model.
  [
    "a misspelt model",
    model,
    ["serve", "iris.tarr"],
    'there is no file or folder "{cwd}/iris.tarr". Did you mean "{cwd}/iris.tar"?',
  ],
  [
    "a model in capitals",
    model,
    ["inspect", "IRIS.tar"],
    'there is no file or folder "{cwd}/IRIS.tar". Did you mean "{cwd}/iris.tar"?',
  ],
  [
    "a misspelt folder to pack",
    model,
    ["pack", "irsi"],
    'there is no file or folder "{cwd}/irsi". Did you mean "{cwd}/iris"?',
  ],
  [
    "a model that is like no other",
    model,
    ["predict", "zzz", "-i", "request.json"],
    `there is no file or folder "{cwd}/zzz". ${WHERE_IS_IT}`,
  ],
  [
    "a second model that is not there",
    model,
    ["diff", "iris.tar", "irsi.tar"],
    'there is no file or folder "{cwd}/irsi.tar". Did you mean "{cwd}/iris.tar"?',
  ],
  ["a pickle to serve", model, ["serve", "model.pkl"], `"{cwd}/model.pkl": ${PICKLE}`],
  ["a pickle to pack", model, ["pack", "model.pkl"], `"{cwd}/model.pkl": ${PICKLE}`],
  ["a joblib file", model, ["predict", "model.joblib", "-i", "request.json"], `"{cwd}/model.joblib": ${PICKLE}`],
  ["a PyTorch file", model, ["serve", "model.pt"], `"{cwd}/model.pt": ${TORCH}`],
  ["weights in safetensors", model, ["pack", "model.safetensors"], `"{cwd}/model.safetensors": ${TORCH}`],
  ["a Keras file", model, ["inspect", "model.h5"], `"{cwd}/model.h5": ${KERAS}`],
  [
    "a CatBoost file",
    model,
    ["test", "model.cbm"],
    `"{cwd}/model.cbm": is a model of boosted trees. Export it to ONNX with onnxmltools. ${SEE}`,
  ],
  [
    "a bare ONNX file to inspect",
    model,
    ["inspect", "flowers.onnx"],
    '"{cwd}/flowers.onnx": is a bare ONNX file, not a package. Run mlserve pack on it first',
  ],
  [
    "a bare TensorFlow.js model to inspect",
    model,
    ["inspect", "sub/model.json"],
    '"{cwd}/sub/model.json": is a bare TensorFlow.js model, not a package. Run mlserve pack on it first',
  ],
  [
    "an MLmodel file to serve",
    model,
    ["serve", "iris/MLmodel"],
    '"{cwd}/iris/MLmodel": is the MLmodel file of a folder. Give the folder',
  ],
  [
    "an MLmodel file to pack",
    usage,
    ["pack", "iris/MLmodel"],
    '"{cwd}/iris/MLmodel": is the MLmodel file of a folder. Pack the folder',
  ],
  ["a text to serve", model, ["serve", "notes.txt"], `"{cwd}/notes.txt": not a tar archive. ${NO_PACKAGE}`],
  [
    "an empty file to inspect",
    model,
    ["inspect", "empty.json"],
    `"{cwd}/empty.json": not a tar archive. ${NO_PACKAGE}`,
  ],
  [
    "a zip to serve",
    model,
    ["serve", "model.zip"],
    '"{cwd}/model.zip": is a zip archive: expected a .tar or a .tar.gz',
  ],
  ["a text to pack", model, ["pack", "notes.txt"], `"{cwd}/notes.txt": ${NO_MODEL}`],
  ["an empty folder to pack", model, ["pack", "empty"], `"{cwd}/empty": ${NO_MODEL}`],
  ["an empty folder to serve", model, ["serve", "empty"], `"{cwd}/empty": ${NO_MODEL}`],
  [
    "a package to pack",
    model,
    ["pack", "iris.tar"],
    '"{cwd}/iris.tar": is an archive, which is packed already. Serve it as it is, or unpack it and pack the folder',
  ],
  [
    "a model of scikit-learn",
    model,
    ["serve", "sklearn"],
    `none of the model's flavors can be served (python_function, sklearn). ${SKLEARN}`,
  ],
  [
    "a model of Python's own",
    model,
    ["pack", "pyfunc"],
    `none of the model's flavors can be served (python_function). Export what it computes to ONNX, or write it as a function in JavaScript (flavor js_function). ${SEE}`,
  ],
  [
    "a misspelt flavor",
    model,
    ["inspect", "iris", "--use-flavor", "onxx"],
    'there is no flavor "onxx". Did you mean onnx?',
  ],
  [
    "a flavor that the model has not",
    model,
    ["inspect", "iris", "--use-flavor", "tfjs"],
    'the model has no flavor "tfjs", only onnx, python_function',
  ],
  [
    "a flavor for a module",
    usage,
    ["serve", "iris", "--flavor", "onnx"],
    '--flavor: "onnx" is no path of a module. Write ./onnx.js for a module of yours; --use-flavor onnx chooses among the flavors of the model',
  ],
  [
    "a flavor module that is not there",
    usage,
    ["serve", "iris", "--flavor", "./nope.js"],
    'flavor module "nope.js": there is no such file. Give the path of an ES module that exports a flavor',
  ],
  [
    "checksums that are not there",
    model,
    ["serve", "iris", "--require-checksums"],
    '"{cwd}/iris": the model has no SHA256SUMS. Run mlserve pack on it, or leave --require-checksums out',
  ],
  // What is packed with it, and where to.
  [
    "an example that is not there",
    environment,
    ["pack", "iris", "--input-example", "requst.json"],
    '--input-example "requst.json": no such file or folder. Did you mean "request.json"?',
  ],
  [
    "a folder for an example",
    environment,
    ["pack", "iris", "--input-example", "empty"],
    '--input-example "empty": is a folder. Name a file in it',
  ],
  [
    "a signature that is not there",
    environment,
    ["pack", "iris", "--signature", "zzz"],
    '--signature "zzz": no such file or folder',
  ],
  [
    "a signature that is none",
    model,
    ["pack", "iris", "--signature", "other.json"],
    'signature "other.json": expected an object with inputs, outputs or params, and nothing else',
  ],
  [
    "an example that does not fit",
    input,
    ["pack", "flowers.onnx", "--input-example", "other.json"],
    'input example "other.json": missing tensor "X". The signature requires every one of them',
  ],
  [
    "a package in a folder that is not there",
    environment,
    ["pack", "iris", "-o", "nowhere/x.tar"],
    'writing "x.tar": its folder does not exist. Make the folder first',
  ],
  [
    "a folder for a package",
    environment,
    ["pack", "iris", "-o", "empty"],
    'writing "empty": is a folder: name a file in it',
  ],
  [
    "a package over the MLmodel file",
    usage,
    ["pack", "iris", "-o", "iris/MLmodel"],
    'output "MLmodel": is a file of the model itself. Name another file',
  ],
  [
    "a package over the model",
    usage,
    ["pack", "flowers.onnx", "-o", "flowers.onnx"],
    'output "flowers.onnx": is a file of the model itself. Name another file',
  ],
  ["a zip for a package", usage, ["pack", "iris", "-o", "x.zip"], '--output "x.zip": a package is a .tar or a .tar.gz'],
  [
    "a name with a slash",
    usage,
    ["pack", "iris", "--name", "a/b"],
    'name "a/b": the name holds a slash, so that it cannot be that of a package. Give another with --name, or the package\'s own with --output',
  ],
];

/** Models that are not there or cannot be run, and what is packed with them. */
export const MODEL_MISTAKES = toMistakes(ROWS);
