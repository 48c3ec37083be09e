import type { Batch } from "../../core/batch.js";
import type { Predictor } from "../flavor.js";
import { compileFeeds } from "../inputs/feeds.js";
import type { FedElements, ModelInput } from "../inputs/model-input.js";
import { fixedRowsOf, isRowwise } from "../inputs/row-shapes.js";
import { compileFetches } from "./fetches.js";
import type { OnnxGraph } from "./graph.js";
import type { OrtSession, OrtTensor, OrtTensors } from "./runtime.js";
import { runFailure } from "./session-errors.js";

/** Owns the session. */
export function createOnnxPredictor(
  session: OrtSession,
  graph: OnnxGraph,
  { runtime, mayBatch }: { readonly runtime: Predictor["runtime"]; readonly mayBatch: boolean },
): Predictor {
  const toFeeds = compileFeeds(graph.inputs, toOrtTensor);
  const fromFetches = compileFetches(graph.outputs);

  async function predict(batch: Batch): Promise<Batch> {
    const feeds = toFeeds(batch);
    const fetches = await run(session, feeds);
    return fromFetches(fetches);
  }

  return {
    unsigned: "arrays",
    batchable: mayBatch && isBatchable(graph),
    fixedRows: fixedRowsOf(graph.inputs),
    runtime,
    predict,
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function toOrtTensor({ dtype }: ModelInput, dims: readonly number[], data: FedElements): OrtTensor {
  return { type: dtype, dims, location: "cpu", data };
}

async function run(session: OrtSession, feeds: OrtTensors): Promise<OrtTensors> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw runFailure(cause);
  }
}

/** Rows can share a run when everything that goes in and comes out has a free first dimension. */
function isBatchable({ inputs, outputs }: OnnxGraph): boolean {
  return (
    inputs.every(({ shape }) => isRowwise(shape)) &&
    outputs.every((output) => output.kind === "zip_map" || isRowwise(output.shape))
  );
}
