import { describe, expect, it } from "vitest";
import { createLimiter } from "../../../src/flavors/js-function/limiter.js";
import { failureOf } from "../../support/onnx-folder.js";

const never = new AbortController().signal;

describe("createLimiter", () => {
  it("lets who waits in, first come first served", async () => {
    const limiter = createLimiter(1);
    const order: number[] = [];
    const release = await limiter.enter(never);
    const waiting = [1, 2].map(async (n) => {
      const leave = await limiter.enter(never);
      order.push(n);
      leave();
    });
    release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
  });

  it("gives a place back once, however often it is released", async () => {
    const limiter = createLimiter(1);
    const release = await limiter.enter(never);
    release();
    release();
    await limiter.enter(never);
    const stop = new AbortController();
    const second = limiter.enter(stop.signal);
    stop.abort();
    expect(await failureOf(second)).toMatchObject({ kind: "request_aborted" });
  });

  it("keeps no place for who has gone", async () => {
    const limiter = createLimiter(1);
    const release = await limiter.enter(never);
    const stop = new AbortController();
    const gone = failureOf(limiter.enter(stop.signal));
    stop.abort();
    expect(await gone).toMatchObject({ kind: "request_aborted" });
    release();
    await limiter.enter(never);
    expect(await failureOf(limiter.enter(AbortSignal.abort()))).toMatchObject({ kind: "request_aborted" });
  });
});
