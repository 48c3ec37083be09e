import { MlserveError } from "../core/errors.js";
import type { Model } from "../format/model.js";
import type { Executor } from "./executor.js";

export interface WarmUp {
  /** The fastest run of the example, decoding and encoding included; undefined where none was run. */
  readonly milliseconds: number | undefined;
  /** What the model failed with on its own example. */
  readonly fault: Error | undefined;
}

/** The first run pays for what is compiled and allocated once. */
const RUNS = 3;

/** Runs a model on its input example, so that the first request is as fast as the next. Does not throw. */
export async function warmUp({ descriptor, files }: Model, executor: Executor): Promise<WarmUp> {
  const path = descriptor.inputExample?.servingInputPath;
  if (path === undefined || !files.has(path)) return { milliseconds: undefined, fault: undefined };
  try {
    const bytes = await files.read(path);
    return {
      milliseconds: await fastest(() => runToEnd(executor, bytes)),
      fault: undefined,
    };
  } catch (error) {
    const fault = error instanceof Error ? error : new MlserveError("internal", "an unexpected fault");
    return { milliseconds: undefined, fault };
  }
}

async function runToEnd(executor: Executor, bytes: Uint8Array): Promise<void> {
  const reply = await executor.execute({ bytes, media: "application/json", events: "if_streamed" }, never());
  if (reply.kind === "streamed") for await (const _ of reply.chunks);
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function fastest(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    const took = performance.now() - start;
    best = Math.min(best, took);
    // A slow model is not run again for a figure that would decide nothing.
    if (took > SLOW_MS) break;
  }
  return best;
}

const SLOW_MS = 100;
