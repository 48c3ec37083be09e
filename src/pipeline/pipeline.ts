import { COERCIONS, type CoercionName } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import type { NonFinite } from "../codec/encode/non-finite.js";
import { compileEncoder } from "../codec/encode/predictions.js";
import type { Clock, PhaseObserver } from "../core/clock.js";
import { monotonicClock } from "../core/clock.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Signature } from "../format/signature.js";
import type { ExecuteRequest, Executor, Reply } from "./executor.js";

export interface PipelineOptions {
  readonly signature: Signature;
  /** Owned by the pipeline: disposed of with it. */
  readonly predictor: Predictor;
  /** How leniently request values are read. Default `safe`. */
  readonly coercion?: CoercionName;
  /** How NaN and the infinities of predictions are written. Default `null`. */
  readonly nonFinite?: NonFinite;
  readonly observePhase?: PhaseObserver;
  readonly clock?: Clock;
}

/** The life of a request in this process: decode, predict, encode. */
export function createPipeline(options: PipelineOptions): Executor {
  const { signature, predictor, coercion = "safe", nonFinite = "null", observePhase, clock = monotonicClock } = options;
  const decode = compileReferenceDecoder(signature, { unsigned: predictor.unsigned, coercion: COERCIONS[coercion] });
  const encode = compileEncoder({ nonFinite });

  async function execute({ bytes }: ExecuteRequest, signal: AbortSignal): Promise<Reply> {
    const start = clock();
    const call = decode(bytes);
    const decoded = clock();
    const outputs = await predictor.predict(call.batch, { params: call.params, signal });
    const predicted = clock();
    const tableRows = call.batch.kind === "columns" ? call.batch.rows : undefined;
    const body = encode(outputs, { form: call.form, tableRows });
    if (observePhase !== undefined) {
      observePhase("decode", decoded - start);
      observePhase("predict", predicted - decoded);
      observePhase("encode", clock() - predicted);
    }
    return { bytes: body, mediaType: "application/json", rows: tableRows };
  }

  return { execute, [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose]() };
}
