import { describe, expect, it } from "vitest";
import { toAbortSignal } from "../../src/core/caller-signal.js";
import { SharedSignal } from "../../src/pipeline/shared-signal.js";

describe("a signal for several", () => {
  it("is aborted by the last of them", () => {
    const controllers = [new AbortController(), new AbortController()];
    const shared = new SharedSignal(controllers.map(({ signal }) => signal));
    const signal = toAbortSignal(shared);
    controllers[0]?.abort();
    expect([shared.aborted, signal.aborted]).toEqual([false, false]);
    controllers[1]?.abort();
    expect([shared.aborted, signal.aborted]).toEqual([true, true]);
  });

  it("is aborted from the start where all are", () => {
    const shared = new SharedSignal([AbortSignal.abort(), AbortSignal.abort()]);
    expect([shared.aborted, toAbortSignal(shared).aborted]).toEqual([true, true]);
  });

  it("counts those that were aborted before", () => {
    const controller = new AbortController();
    const signal = toAbortSignal(new SharedSignal([AbortSignal.abort(), controller.signal]));
    expect(signal.aborted).toBe(false);
    controller.abort();
    expect(signal.aborted).toBe(true);
  });

  it("tells nobody once it was let go of", () => {
    const controller = new AbortController();
    const shared = new SharedSignal([controller.signal]);
    const signal = toAbortSignal(shared);
    shared.unwatch();
    controller.abort();
    expect(signal.aborted).toBe(false);
  });
});
