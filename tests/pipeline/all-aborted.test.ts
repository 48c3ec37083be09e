import { describe, expect, it } from "vitest";
import { allAborted } from "../../src/pipeline/all-aborted.js";

describe("a signal for several", () => {
  it("is aborted by the last of them", () => {
    const controllers = [new AbortController(), new AbortController()];
    const shared = allAborted(controllers.map(({ signal }) => signal));
    controllers[0]?.abort();
    expect(shared.signal.aborted).toBe(false);
    controllers[1]?.abort();
    expect(shared.signal.aborted).toBe(true);
  });

  it("is aborted from the start where all are", () => {
    expect(allAborted([AbortSignal.abort(), AbortSignal.abort()]).signal.aborted).toBe(true);
  });

  it("counts those that were aborted before", () => {
    const controller = new AbortController();
    const shared = allAborted([AbortSignal.abort(), controller.signal]);
    expect(shared.signal.aborted).toBe(false);
    controller.abort();
    expect(shared.signal.aborted).toBe(true);
  });

  it("is not aborted once it was let go of", () => {
    const controller = new AbortController();
    const shared = allAborted([controller.signal]);
    shared.release();
    controller.abort();
    expect(shared.signal.aborted).toBe(false);
  });
});
