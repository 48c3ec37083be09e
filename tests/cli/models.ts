import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** The folder of a model saved by MLflow. */
export function fixture(name: string): string {
  return join(ROOT, "tests/fixtures/models", name);
}

/** A copy of a model that a test may spoil. */
export function copyFixture(name: string, folder: string): string {
  cpSync(fixture(name), folder, { recursive: true });
  return folder;
}

/** Changes the text of one file. */
export function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** Changes one byte at the first place where `text` stands in a file. */
export function spoilBytes(file: string, text: string): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(text);
  if (at === -1) throw new Error(`${text} does not stand in the file`);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

/** The descriptor of a model that only Python can run, as mlflow.sklearn.save_model writes it. */
export const SKLEARN_MLMODEL = `flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.7
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
`;

/** A request body for the model iris_zipmap, and MLflow's answer to it with float32 in its own digits. */
export const IRIS_REQUEST = JSON.stringify({
  dataframe_split: {
    columns: ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"],
    data: [[5.1, 3.5, 1.4, 0.2]],
  },
});
export const IRIS_ANSWER = {
  predictions: [
    {
      output_label: 0,
      output_probability: { "0": 0.98165685, "1": 0.018343149, "2": 1.4395042e-8 },
    },
  ],
};
