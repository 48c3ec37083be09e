import { describe, expect, it } from "vitest";
import { serverTiming } from "../../src/http/server-timing.js";

describe("the Server-Timing header", () => {
  it("has the milliseconds of each phase, to the microsecond", () => {
    const phases = { decode: 0.21049, queue: 0, predict: 12, encode: 0.0006 };
    expect(serverTiming(phases)).toBe("decode;dur=0.21, queue;dur=0, predict;dur=12, encode;dur=0.001");
  });
});
