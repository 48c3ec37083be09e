import type { CallerSignal } from "../core/caller-signal.js";
import type { ExecuteRequest, Executor, Reply, StreamedReply } from "../pipeline/executor.js";
import type { ModelRepository } from "./repository.js";
import type { ServedModel } from "./served-model.js";

/** A repository of one model, which another can take the place of while requests go on. */
export interface ModelSlot extends ModelRepository, AsyncDisposable {
  readonly current: ServedModel;
  /**
   * Puts `next` in the place of the current model: requests from now on go to it. Settles when the requests to the old
   * model have ended and it is disposed of.
   */
  replace(next: ServedModel): Promise<void>;
}

/** A slot with its first model. It owns its models: each is disposed of when it was replaced, the last with the slot. */
export function createModelSlot(first: ServedModel): ModelSlot {
  let held = hold(first);
  return {
    get current() {
      return held.model;
    },
    async replace(next) {
      const old = held;
      held = hold(next);
      await old.release();
    },
    [Symbol.asyncDispose]: () => held.release(),
  };
}

interface HeldModel {
  /** As given, but for its executor, which counts what it is at. */
  readonly model: ServedModel;
  /** Disposes of it when it has no requests left. */
  release(): Promise<void>;
}

function hold(model: ServedModel): HeldModel {
  const executor = new CountingExecutor(model.executor);
  return {
    model: { ...model, executor },
    async release() {
      await executor.idle();
      await model[Symbol.asyncDispose]();
    },
  };
}

/**
 * Knows when nothing of what it was asked is going on any more, streams included. What somebody has given up does not
 * count: a model that does not heed its signal would hold everything up.
 */
class CountingExecutor implements Executor {
  private readonly executor: Executor;
  private running = 0;
  private onIdle: (() => void) | undefined;

  constructor(executor: Executor) {
    this.executor = executor;
  }

  async execute(request: ExecuteRequest, caller: CallerSignal): Promise<Reply> {
    const leave = this.enter(caller);
    let reply: Reply | undefined;
    try {
      reply = await this.executor.execute(request, caller);
    } finally {
      if (reply?.kind !== "streamed") leave();
    }
    return reply.kind === "streamed" ? counted(reply, leave) : reply;
  }

  expect(bodyBytes: number): void {
    this.executor.expect?.(bodyBytes);
  }

  async idle(): Promise<void> {
    if (this.running === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.executor[Symbol.asyncDispose]();
  }

  /** Gives what is called when a request has ended; its signal calls it too, and only the first call counts. */
  private enter(caller: CallerSignal): () => void {
    let isIn = true;
    const leave = (): void => {
      if (!isIn) return;
      isIn = false;
      caller.removeEventListener("abort", leave);
      this.running--;
      if (this.running === 0) this.onIdle?.();
    };
    this.running++;
    caller.addEventListener("abort", leave, { once: true });
    return leave;
  }
}

function counted({ chunks, ...reply }: StreamedReply, leave: () => void): StreamedReply {
  async function* untilEnd(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } finally {
      leave();
    }
  }
  return { ...reply, chunks: untilEnd() };
}
