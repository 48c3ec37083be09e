import type { Batch } from "../../core/batch.js";
import type { Predictor } from "../flavor.js";
import { compileFeeds } from "../inputs/feeds.js";
import type { Dimension, FedElements, ModelInput } from "../inputs/model-input.js";
import { compileFetches } from "./fetches.js";
import type { OnnxGraph } from "./graph.js";
import type { OrtSession, OrtTensor, OrtTensors } from "./runtime.js";
import { runFailure } from "./session-errors.js";

/** Owns the session. */
export function createOnnxPredictor(session: OrtSession, graph: OnnxGraph, runtime: Predictor["runtime"]): Predictor {
  const toFeeds = compileFeeds(graph.inputs, toOrtTensor);
  const fromFetches = compileFetches(graph.outputs);

  async function predict(batch: Batch): Promise<Batch> {
    const feeds = toFeeds(batch);
    const fetches = await run(session, feeds);
    return fromFetches(fetches);
  }

  return {
    unsigned: "arrays",
    batchable: isBatchable(graph),
    fixedRows: fixedRows(graph),
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
  const rowwise = (shape: readonly Dimension[] | undefined): boolean => typeof shape?.[0] === "string";
  return (
    inputs.every(({ shape }) => rowwise(shape)) &&
    outputs.every((output) => output.kind === "zip_map" || rowwise(output.shape))
  );
}

/** The first dimension that all inputs share, where it is a number. */
function fixedRows({ inputs }: OnnxGraph): number | undefined {
  const [first, ...others] = new Set(inputs.map(({ shape }) => shape?.[0]));
  return typeof first === "number" && first > 0 && others.length === 0 ? first : undefined;
}
