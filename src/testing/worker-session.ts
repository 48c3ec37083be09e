import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { DEFAULT_DECODE_LIMITS } from "../core/decode-limits.js";
import { silentLogger } from "../core/logger.js";
import { type FlavorSource, flavorSourceOf } from "../flavors/flavor-source.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { Model } from "../format/model.js";
import { toSharedModel } from "../format/shared-model.js";
import type { Executor } from "../pipeline/executor.js";
import { DEFAULT_JOINING } from "../pipeline/joining.js";
import { createPipeline } from "../pipeline/pipeline.js";
import { createPoolExecutor } from "../workers/executor.js";
import type { RequestBody } from "./flavor-subject.js";
import type { OpenedSubject } from "./subject-session.js";

/** A model that runs in two places at once: what it answers there, as the text of a response. */
export interface TwoPlaces {
  inline(body: RequestBody): Promise<string>;
  worker(body: RequestBody): Promise<string>;
}

/** Loads a model in this process and in a worker process for `work`, closes both and sees that the process is gone. */
export async function withTwoPlaces<T>(opened: OpenedSubject, work: (places: TwoPlaces) => Promise<T>): Promise<T> {
  const { model, chosen } = opened;
  const source = flavorSourceOf(chosen.flavor);
  assert.ok(source !== undefined, "the flavor comes from a module: load it with loadFlavorModule");
  const predictor = await loadPredictor(chosen, model, { logger: silentLogger, threads: 1 });
  const { signature } = model.descriptor;
  await using inline = createPipeline({ signature, predictor, coercion: "mlflow" });
  let pids: readonly number[] = [];
  try {
    await using worker = await startWorker(model, source);
    pids = worker.pids();
    return await work({ inline: (body) => ask(inline, body), worker: (body) => ask(worker, body) });
  } finally {
    assert.deepEqual(pids.filter(isAlive), [], "its process has ended with it");
  }
}

function startWorker(model: Model, flavor: FlavorSource) {
  return createPoolExecutor({
    order: {
      flavor,
      others: [],
      model: toSharedModel(model),
      coercion: "mlflow",
      limits: DEFAULT_DECODE_LIMITS,
      numbers: {},
      selfTest: false,
      joining: { ...DEFAULT_JOINING, isWanted: false },
      threads: 1,
      defaultThreads: 1,
      triesThreads: false,
    },
    workers: 1,
  });
}

async function ask(executor: Executor, body: RequestBody): Promise<string> {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request = { bytes, media: "application/json", events: "if_streamed" } as const;
  const reply = await executor.execute(request, new AbortController().signal);
  return Buffer.from(reply.kind === "whole" ? reply.bytes : await buffer(reply.chunks)).toString();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
