import { describe, expect, it } from "vitest";
import { isGivenUp, lazyContext } from "../../src/flavors/lazy-context.js";

describe("the context of a run", () => {
  it("makes one signal, when it is read", () => {
    const controller = new AbortController();
    const { signal: caller } = controller;
    let listeners = 0;
    const counted = {
      get aborted() {
        return caller.aborted;
      },
      addEventListener(type: "abort", listener: () => void) {
        listeners++;
        caller.addEventListener(type, listener);
      },
      removeEventListener: caller.removeEventListener.bind(caller),
    };
    const context = lazyContext(new Map(), counted);
    expect([isGivenUp(context), listeners]).toEqual([false, 0]);
    const { signal } = { ...context };
    expect([context.signal === signal, listeners]).toEqual([true, 1]);
    controller.abort();
    expect([isGivenUp(context), signal.aborted]).toEqual([true, true]);
  });

  it("of others is given up when its signal is aborted", () => {
    const params = new Map();
    expect(isGivenUp({ params, signal: AbortSignal.abort() })).toBe(true);
    expect(isGivenUp({ params, signal: new AbortController().signal })).toBe(false);
  });
});
