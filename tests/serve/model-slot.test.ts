import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import type { Reply } from "../../src/pipeline/executor.js";
import { createModelSlot } from "../../src/serve/model-slot.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { sumModel } from "../support/sum-model.js";

const REQUEST = { bytes: Buffer.from('{"inputs": [1, 2]}'), media: "application/json" } as const;
const never = new AbortController().signal;

interface Watched {
  readonly model: ServedModel;
  readonly events: string[];
  answer(reply: Reply | Error): void;
}

/** A model whose one answer comes when it is told to, and that tells when it is disposed of. */
function watch(name: string, events: string[]): Watched {
  let settle: (reply: Reply | Error) => void = () => {};
  const model: ServedModel = {
    ...sumModel(),
    name,
    executor: {
      execute: () =>
        new Promise((resolve, reject) => {
          settle = (reply) => (reply instanceof Error ? reject(reply) : resolve(reply));
        }),
      async [Symbol.asyncDispose]() {},
    },
    async [Symbol.asyncDispose]() {
      events.push(`${name} closed`);
    },
  };
  return { model, events, answer: (reply) => settle(reply) };
}

const WHOLE: Reply = {
  kind: "whole",
  bytes: new Uint8Array(),
  mediaType: "application/json",
  rows: undefined,
  phases: { decode: 0, queue: 0, predict: 0, encode: 0 },
};

describe("a slot whose model is replaced", () => {
  it("gives requests to the new model at once, and closes the old one after its last answer", async () => {
    const events: string[] = [];
    const [first, second] = [watch("first", events), watch("second", events)];
    const slot = createModelSlot(first.model);
    const answer = slot.current.executor.execute(REQUEST, never);
    const replaced = slot.replace(second.model).then(() => events.push("replaced"));
    expect(slot.current.name).toBe("second");
    expect(events).toEqual([]);
    first.answer(WHOLE);
    expect(await answer).toBe(WHOLE);
    await replaced;
    expect(events).toEqual(["first closed", "replaced"]);
    await slot[Symbol.asyncDispose]();
    expect(events).toEqual(["first closed", "replaced", "second closed"]);
  });

  it("counts a request that fails as ended", async () => {
    const events: string[] = [];
    const first = watch("first", events);
    const slot = createModelSlot(first.model);
    const answer = slot.current.executor.execute(REQUEST, never);
    const replaced = slot.replace(watch("second", events).model);
    first.answer(new MlserveError("model_failed", "at fault"));
    await expect(answer).rejects.toThrow("at fault");
    await replaced;
    expect(events).toEqual(["first closed"]);
  });

  it("does not wait for a request that was given up", async () => {
    const events: string[] = [];
    const first = watch("first", events);
    const slot = createModelSlot(first.model);
    const leaver = new AbortController();
    const answer = slot.current.executor.execute(REQUEST, leaver.signal);
    const replaced = slot.replace(watch("second", events).model);
    leaver.abort();
    await replaced;
    expect(events).toEqual(["first closed"]);
    first.answer(WHOLE);
    expect(await answer).toBe(WHOLE);
  });

  it.each([
    { name: "read to its end", read: async (chunks: AsyncIterable<Uint8Array>) => await drain(chunks) },
    { name: "given up", read: async (chunks: AsyncIterable<Uint8Array>) => await takeOne(chunks) },
  ])("waits for a stream to be $name", async ({ read }) => {
    const events: string[] = [];
    const first = watch("first", events);
    const slot = createModelSlot(first.model);
    const asked = slot.current.executor.execute(REQUEST, never);
    first.answer({ kind: "streamed", chunks: twoChunks(), mediaType: "text/event-stream" });
    const reply = await asked;
    const replaced = slot.replace(watch("second", events).model);
    expect(events).toEqual([]);
    if (reply.kind !== "streamed") throw new Error("a stream was expected");
    await read(reply.chunks);
    await replaced;
    expect(events).toEqual(["first closed"]);
  });
});

async function* twoChunks(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
  yield Uint8Array.of(2);
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

async function takeOne(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) return;
}
