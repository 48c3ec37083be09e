import { numbersFrom, saveModel } from "../models/saved-model.mjs";

const WEIGHTS = Float32Array.of(0.5, -1.25, 2, 0.125);
const BIAS = Float32Array.of(0.75);
const COLUMNS = [...WEIGHTS.keys()].map((place) => `f${place}`);

/** A linear model of four float columns, saved as MLflow saves one. @param {string} folder */
export function writeLinearModel(folder) {
  const column = (name) => ({ type: "float", name, required: true });
  const graph = {
    name: "linear",
    nodes: [{ op: "Gemm", inputs: ["x", "w", "b"], outputs: ["variable"] }],
    weights: [
      { name: "w", shape: [WEIGHTS.length, 1], values: WEIGHTS },
      { name: "b", shape: [1], values: BIAS },
    ],
    inputs: [{ name: "x", shape: ["rows", WEIGHTS.length] }],
    outputs: [{ name: "variable", shape: ["rows", 1] }],
  };
  const signature = { inputs: COLUMNS.map(column), outputs: [column("variable")] };
  return saveModel(folder, graph, signature, { columns: COLUMNS, data: [COLUMNS.map(() => 0.5)] });
}

/** A body of so many rows with 6 decimals, and what the model has to answer. @param {number} count */
export function makeRows(count) {
  const next = numbersFrom(7);
  const data = Array.from({ length: count }, () => COLUMNS.map(() => Number((5 * next()).toFixed(6))));
  const answers = data.map((row) => row.reduce((sum, value, i) => sum + value * (WEIGHTS[i] ?? 0), BIAS[0] ?? 0));
  return { body: JSON.stringify({ dataframe_split: { columns: COLUMNS, data } }), answers };
}
