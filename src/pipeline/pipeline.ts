import { COERCIONS, type CoercionName } from "../codec/decode/coercion.js";
import { compileDecoder } from "../codec/decode/decoder.js";
import { compileReplyEncoder } from "../codec/encode/encoder.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import { MEDIA_TYPES } from "../codec/media-types.js";
import { toOnePiece } from "../core/byte-blocks.js";
import type { CallerSignal } from "../core/caller-signal.js";
import type { Clock } from "../core/clock.js";
import { monotonicClock } from "../core/clock.js";
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from "../core/decode-limits.js";
import type { Runnable } from "../core/join-batches.js";
import type { Logger } from "../core/logger.js";
import { isOutputStream, type Predictor } from "../flavors/flavor.js";
import { lazyContext } from "../flavors/lazy-context.js";
import type { Signature } from "../format/signature.js";
import { eventReply, refuseStream, wholeEvents } from "./event-reply.js";
import type { ExecuteRequest, Executor, Reply } from "./executor.js";
import type { Ran, RunScheduler } from "./row-joiner.js";

export interface PipelineOptions {
  readonly signature: Signature;
  /** Owned by the pipeline: disposed of with it. */
  readonly predictor: Predictor;
  /** How leniently request values are read. Default `safe`. */
  readonly coercion?: CoercionName;
  /** How much a request may hold. Default: that of `mlserve serve`. */
  readonly limits?: DecodeLimits;
  /** How the numbers of predictions are written. */
  readonly numbers?: NumberStyle;
  readonly clock?: Clock;
  /** Told of failures after an answer has begun. */
  readonly logger?: Logger;
}

/** An item of a stream stands alone: nothing is put around it. */
const ITEM = { form: "unwrapped", tableRows: undefined } as const;

export interface Pipeline extends Executor {
  /** From now on, requests run when the scheduler says so. */
  scheduleRuns(scheduler: RunScheduler): void;
}

/** The life of a request in this process: decode, wait for the model, predict, encode. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { signature, predictor, coercion = "safe", numbers = {}, clock = monotonicClock, logger } = options;
  const decode = compileDecoder(signature, {
    unsigned: predictor.unsigned,
    coercion: COERCIONS[coercion],
    limits: options.limits ?? DEFAULT_DECODE_LIMITS,
  });
  const encode = compileReplyEncoder(numbers);
  let scheduler: RunScheduler | undefined;

  async function runAlone({ batch, params }: Runnable, caller: CallerSignal): Promise<Ran> {
    const begunAt = clock();
    return { outputs: await predictor.predict(batch, lazyContext(params, caller)), begunAt };
  }

  async function execute(
    { bytes, media, reply = MEDIA_TYPES.json, events = "no" }: ExecuteRequest,
    caller: CallerSignal,
  ): Promise<Reply> {
    scheduler?.admit();
    const start = clock();
    const call = await decode(bytes instanceof Uint8Array ? bytes : await toOnePiece(bytes), media);
    const decoded = clock();
    const ran = scheduler === undefined ? runAlone(call, caller) : scheduler.run(call, caller);
    const { outputs, begunAt } = await ran;
    const predicted = clock();
    if (isOutputStream(outputs)) {
      if (events === "no") return refuseStream(outputs);
      return eventReply(outputs, (batch) => encode(batch, ITEM, MEDIA_TYPES.json), logger);
    }
    const tableRows = call.batch.kind === "columns" ? call.batch.rows : undefined;
    const encoded = encode(outputs, { form: call.form, tableRows }, reply);
    // The usual format is written at once; waiting for it would let others in between.
    const body = encoded instanceof Uint8Array ? encoded : await encoded;
    if (events === "always") return wholeEvents(body);
    const phases = {
      decode: decoded - start,
      queue: begunAt - decoded,
      predict: predicted - begunAt,
      encode: clock() - predicted,
    };
    return { kind: "whole", bytes: body, mediaType: reply, rows: tableRows, phases };
  }

  return {
    execute,
    scheduleRuns(given) {
      scheduler = given;
    },
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}
