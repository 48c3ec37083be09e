import { describe, expect, it } from "vitest";
import { LazySignal, toAbortSignal } from "../../src/core/caller-signal.js";

/** A signal that says how often it watched. */
class TestSignal extends LazySignal {
  aborted = false;
  readonly calls: string[] = [];

  abort(): void {
    this.aborted = true;
    this.tell();
  }

  protected watch(): void {
    this.calls.push("watch");
  }

  protected unwatch(): void {
    this.calls.push("unwatch");
  }
}

describe("a lazy signal", () => {
  it("watches from the first listener to the last", () => {
    const signal = new TestSignal();
    const [one, other] = [() => {}, () => {}];
    signal.addEventListener("abort", one);
    signal.addEventListener("abort", other);
    signal.removeEventListener("abort", one);
    expect(signal.calls).toEqual(["watch"]);
    signal.removeEventListener("abort", other);
    signal.removeEventListener("abort", other);
    expect(signal.calls).toEqual(["watch", "unwatch"]);
  });

  it("tells each listener once", () => {
    const signal = new TestSignal();
    const told: string[] = [];
    signal.addEventListener("abort", () => told.push("one"));
    signal.addEventListener("abort", () => told.push("other"));
    signal.abort();
    signal.abort();
    expect(told).toEqual(["one", "other"]);
    expect(signal.calls).toEqual(["watch", "unwatch"]);
  });

  it("that nobody listens to watches nothing", () => {
    const signal = new TestSignal();
    signal.abort();
    expect(signal.calls).toEqual([]);
  });
});

describe("the AbortSignal of a caller", () => {
  it("is the caller where it is one", () => {
    const { signal } = new AbortController();
    expect(toAbortSignal(signal)).toBe(signal);
  });

  it("is aborted with the caller, and by one that has left before", () => {
    const caller = new TestSignal();
    const signal = toAbortSignal(caller);
    expect(signal.aborted).toBe(false);
    caller.abort();
    expect([signal.aborted, toAbortSignal(caller).aborted]).toEqual([true, true]);
  });
});
