import { describe, expect, it } from "vitest";
import { RateLimiter } from "../../../src/serve/access/rate-limiter.js";

function limiterAt(rate = { count: 2, perMs: 1000 }) {
  const time = { now: 0 };
  return { time, limiter: new RateLimiter(rate, () => time.now) };
}

describe("RateLimiter", () => {
  it("lets as many go at once as the rate counts, and then says how long to wait", () => {
    const { limiter } = limiterAt();
    expect([limiter.take("a"), limiter.take("a"), limiter.take("a")]).toEqual([0, 0, 500]);
  });

  it("gives back with time, and never more than the count", () => {
    const { limiter, time } = limiterAt();
    for (let at = 0; at < 2; at++) limiter.take("a");
    time.now = 500;
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 500]);
    time.now = 1e9;
    expect([limiter.take("a"), limiter.take("a"), limiter.take("a")]).toEqual([0, 0, 500]);
  });

  it("counts a refused request for nothing", () => {
    const { limiter, time } = limiterAt({ count: 1, perMs: 1000 });
    limiter.take("a");
    for (time.now = 100; time.now < 1000; time.now += 100) expect(limiter.take("a")).toBeGreaterThan(0);
    expect(limiter.take("a")).toBe(0);
  });

  it("counts each caller for itself", () => {
    const { limiter } = limiterAt({ count: 1, perMs: 1000 });
    expect([limiter.take("a"), limiter.take("b"), limiter.take("a")]).toEqual([0, 0, 1000]);
  });

  it("forgets the callers that were quiet longest, beyond ten thousand", () => {
    const { limiter } = limiterAt({ count: 1, perMs: 1e6 });
    limiter.take("first");
    for (let at = 0; at < 9999; at++) limiter.take(`other ${at}`);
    expect(limiter.take("first")).toBeGreaterThan(0);
    for (let at = 0; at < 10_000; at++) limiter.take(`more ${at}`);
    expect(limiter.take("first")).toBe(0);
  });
});
