import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MlserveError } from "../../src/core/errors.js";
import { defineFlavor, type Flavor, type Predictor } from "../../src/flavors/flavor.js";

const MLMODEL = `flavors:
  linear:
    data: weights.json
signature:
  inputs: '[{"type": "double", "name": "a"}, {"type": "double", "name": "b"}]'
  outputs: '[{"type": "double", "name": "y"}]'
`;

/** Writes a model whose answer is `2 a + 3 b + 1`, and gives its folder. */
export async function writeLinearModel(parent: string): Promise<string> {
  const folder = join(parent, "linear-model");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "MLmodel"), MLMODEL);
  await writeFile(join(folder, "weights.json"), JSON.stringify({ bias: 1, weights: { a: 2, b: 3 } }));
  return folder;
}

/** A flavor as a user would write it, `changes` apart. */
export function linearFlavor(changes: Partial<Predictor> = {}, parts: Partial<Flavor> = {}): Flavor {
  return defineFlavor({
    name: "linear",
    async load({ files }) {
      const { bias, weights } = JSON.parse(Buffer.from(await files.read("weights.json")).toString());
      const predictor: Predictor = {
        unsigned: "arrays",
        batchable: true,
        runtime: { runtime: "linear" },
        async predict(batch) {
          if (batch.kind !== "columns") throw new MlserveError("model_rejected_input", "expected a table");
          const y = new Float64Array(batch.rows).fill(bias);
          for (const [name, { data }] of batch.columns)
            for (let row = 0; row < batch.rows; row++) y[row] = (y[row] ?? 0) + weights[name] * Number(data[row]);
          return { kind: "columns", rows: batch.rows, columns: new Map([["y", { dtype: "float64", data: y }]]) };
        },
        async [Symbol.asyncDispose]() {},
      };
      return { ...predictor, ...changes };
    },
    ...parts,
  });
}
