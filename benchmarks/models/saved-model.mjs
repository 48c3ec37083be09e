import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeOnnx } from "./onnx-file.mjs";

const EXAMPLE = { artifact_path: "input_example.json", pandas_orient: "split", type: "dataframe" };

/**
 * Writes a model as MLflow saves one, which mlserve packs and MLflow's own server loads.
 *
 * @param {string} folder
 * @param {import("./onnx-file.mjs").Graph} graph
 * @param {{ inputs: object[], outputs: object[] }} signature as MLflow spells its columns and tensors
 * @param {{ columns: readonly string[], data: readonly (readonly number[])[] }} [example] a table
 * @returns {string} the folder
 */
export function saveModel(folder, graph, { inputs, outputs }, example) {
  mkdirSync(folder, { recursive: true });
  writeOnnx(join(folder, "model.onnx"), graph);
  const model = {
    flavors: {
      onnx: { data: "model.onnx", providers: ["CPUExecutionProvider"] },
      python_function: { data: "model.onnx", loader_module: "mlflow.onnx" },
    },
    ...(example === undefined ? {} : { saved_input_example_info: EXAMPLE }),
    signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
  };
  if (example !== undefined) writeFileSync(join(folder, EXAMPLE.artifact_path), JSON.stringify(example));
  // JSON is YAML.
  writeFileSync(join(folder, "MLmodel"), `${JSON.stringify(model, null, 2)}\n`);
  return folder;
}

/** Numbers from -1 to 1 that are the same in every run. @param {number} seed @returns {() => number} */
export function numbersFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
