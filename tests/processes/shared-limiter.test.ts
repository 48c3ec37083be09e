import { describe, expect, it } from "vitest";
import { createSharedLimiter } from "../../src/processes/shared-limiter.js";
import { RateLimiter } from "../../src/serve/access/rate-limiter.js";

describe("a shared limiter", () => {
  it("asks once for all callers of one turn, and gives each its own answer", async () => {
    const kept = new RateLimiter({ count: 2, perMs: 1000 }, () => 0);
    const questions: (readonly string[])[] = [];
    const limiter = createSharedLimiter(async (callers) => {
      questions.push([...callers]);
      return callers.map((caller) => kept.take(caller));
    });
    const callers = ["a", "b", "a", "a"];
    expect(await Promise.all(callers.map((caller) => limiter.take(caller)))).toEqual([0, 0, 0, 500]);
    expect(await limiter.take("b")).toBe(0);
    expect(questions).toEqual([callers, ["b"]]);
  });
});
