import { describe, expect, it, vi } from "vitest";
import { type EvilServer, startEvilServer } from "../support/evil-server.js";

const ONE = { requests: 1, rows: 1_000_000, waitMs: "auto" } as const;
const REFUSED = {
  status: 503,
  body: {
    error_code: "TEMPORARILY_UNAVAILABLE",
    message:
      "more requests wait for the model than it can answer in time. Try again after the seconds that Retry-After says",
  },
};

/** Has a request answered by nobody: its worker is at it until it is given up. */
function occupy(server: EvilServer, signal: AbortSignal): Promise<unknown> {
  return server.ask("obedient", {}, { signal }).catch(() => "left");
}

/** How many requests the server is at. */
async function inFlight(server: EvilServer): Promise<number> {
  return Number(/^mlserve_requests_in_flight (\d+)$/m.exec(await server.metrics.text())?.[1]);
}

describe("a queue in front of workers", () => {
  it("refuses what is too much at once, and takes requests again when there is room", async () => {
    await using server = await startEvilServer({ queue: ONE });
    const given = new AbortController();
    // One that the worker is at, one ahead, and one that waits.
    const held: Promise<unknown>[] = [];
    for (let count = 1; count <= 3; count++) {
      held.push(occupy(server, given.signal));
      await vi.waitFor(async () => expect(await inFlight(server)).toBe(count));
    }
    expect(await server.ask("echo", { value: 1 })).toEqual(REFUSED);
    expect(await server.ping()).toBe(200);
    given.abort();
    expect(await Promise.all(held)).toEqual(["left", "left", "left"]);
    await vi.waitFor(async () => expect((await server.ask("echo", { value: 1 })).status).toBe(200));
  });

  it("does not log what it refuses: it is counted", async () => {
    await using server = await startEvilServer({ queue: ONE });
    const given = new AbortController();
    const held = Array.from({ length: 8 }, () => occupy(server, given.signal));
    await vi.waitFor(async () => expect(await server.metrics.text()).toMatch(/status="503"\} [1-9]/));
    given.abort();
    await Promise.all(held);
    expect(server.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("is no limit where none was given", async () => {
    await using server = await startEvilServer();
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.ask("echo", { value: 1 })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});
