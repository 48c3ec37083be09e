import { describe, expect, it } from "vitest";
import { parseRate } from "../../src/core/rate.js";

describe("parseRate", () => {
  it.each([
    { text: "100/s", rate: { count: 100, perMs: 1000 } },
    { text: "6/m", rate: { count: 6, perMs: 60_000 } },
    { text: "5000/h", rate: { count: 5000, perMs: 3_600_000 } },
    { text: "10/250ms", rate: { count: 10, perMs: 250 } },
  ])("reads $text", ({ text, rate }) => expect(parseRate(text)).toEqual(rate));

  it.each(["", "10", "0/s", "-1/s", "1/0s", "1/x", "1/s/s", "1.5/s"])("refuses %j", (text) =>
    expect(parseRate(text)).toBeUndefined(),
  );
});
