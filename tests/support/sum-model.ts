import type { Batch } from "../../src/core/batch.js";
import type { Predictor } from "../../src/flavors/flavor.js";
import { parseMlmodel } from "../../src/format/mlmodel.js";
import { createPipeline } from "../../src/pipeline/pipeline.js";
import type { ServedModel } from "../../src/serve/served-model.js";

const DESCRIPTOR = `
flavors:
  sum: {}
signature:
  inputs: '[{"type": "double", "name": "a"}, {"type": "double", "name": "b"}]'
  outputs: '[{"type": "double", "name": "total"}]'
`;

/** A predictor that adds up the columns of a table row by row, after `before` has let it. */
export function sumPredictor(before: (batch: Batch) => Promise<void> = async () => {}): Predictor {
  return {
    unsigned: "arrays",
    batchable: true,
    runtime: { runtime: "sum" },
    async predict(batch) {
      await before(batch);
      if (batch.kind !== "columns") throw new Error("the signature has columns");
      const total = new Float64Array(batch.rows);
      for (const { data } of batch.columns.values())
        for (let row = 0; row < batch.rows; row++) total[row] = (total[row] ?? 0) + Number(data[row]);
      return { kind: "tensors", tensors: new Map([["total", { dtype: "float64", shape: [batch.rows], data: total }]]) };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** {@link sumPredictor} as the server sees it. */
export function sumModel(predictor: Predictor = sumPredictor()): ServedModel {
  const descriptor = parseMlmodel(DESCRIPTOR);
  const executor = createPipeline({ signature: descriptor.signature, predictor });
  return {
    name: "sum",
    descriptor,
    signature: descriptor.signature,
    flavor: "sum",
    runtime: predictor.runtime,
    digest: undefined,
    workers: 0,
    joining: { kind: "off", reason: "nothing tried it" },
    pids: () => [],
    isHealthy: () => true,
    loadMs: 0,
    executor,
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}
