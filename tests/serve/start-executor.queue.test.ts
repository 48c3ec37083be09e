import { describe, expect, it, vi } from "vitest";
import { startEvilServer } from "../support/evil-server.js";

const LIMITS = { requests: 2, rows: 1_000_000, waitMs: "auto" } as const;

describe("a model in the server's own process, one of whose requests takes long,", () => {
  it("refuses others beyond its queue at once, and is well", async () => {
    await using server = await startEvilServer({ isolation: "inline", queue: LIMITS });
    const given = new AbortController();
    const held: Promise<unknown>[] = [];
    const inFlight = async () => /^mlserve_requests_in_flight (\d+)$/m.exec(await server.metrics.text())?.[1];
    // One that runs, and two that wait.
    for (const count of ["1", "2", "3"]) {
      held.push(server.ask("obedient", {}, { signal: given.signal }).catch(() => "left"));
      await vi.waitFor(async () => expect(await inFlight()).toBe(count));
    }
    expect((await server.ask("echo", { value: 1 })).status).toBe(503);
    expect(await server.ping()).toBe(200);
    given.abort();
    expect(await Promise.all(held)).toEqual(["left", "left", "left"]);
    await vi.waitFor(async () => expect((await server.ask("echo", { value: 1 })).status).toBe(200));
  });

  it("has every request answered in its turn where there is room", async () => {
    await using server = await startEvilServer({ isolation: "inline", queue: { ...LIMITS, requests: 100 } });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, value) => server.ask("echo", { value })));
    expect(answers.map(({ body }) => (body as { predictions: number }).predictions)).toEqual([...Array(60).keys()]);
  });
});
