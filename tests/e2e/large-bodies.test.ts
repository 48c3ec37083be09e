import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture } from "../cli/models.js";
import { askMeanwhile, expectedOf, largeBody, scoreLarge } from "../support/large-bodies.js";
import { openWorkplace, type Workplace } from "./built-cli.js";

const ROWS = 50_000;
const SERVING = /at (http:\/\/127\.0\.0\.1:\d+) —/;

let workplace: Workplace;
beforeAll(() => {
  workplace = openWorkplace();
});
afterAll(() => workplace[Symbol.dispose]());

describe("large bodies to the built server", () => {
  it.each([
    { name: "inline", args: ["--isolation", "inline"] },
    { name: "one worker", args: ["--isolation", "process", "--workers", "1", "--offload-above", "1MiB"] },
    { name: "two workers", args: ["--isolation", "process", "--workers", "2", "--offload-above", "1MiB"] },
    { name: "room for two of them", args: ["--max-body", "6MB", "--body-memory", "12MB"] },
  ])("are answered right, and small ones meanwhile: $name", async ({ args }) => {
    const program = workplace.start(["serve", fixture("trees100"), "--port", "0", "--no-access-log", ...args]);
    const [, url = ""] = await program.find(SERVING);
    const expected = await expectedOf(url, ROWS);
    const body = largeBody(ROWS);
    const large = Promise.all([1, 2, 3, 4].map((turn) => scoreLarge(url, body, turn % 2 === 0 ? "gzip" : undefined)));
    const { statuses } = await askMeanwhile(url, program.child.pid ?? 0, large);
    for (const { status, rows, sum } of await large) {
      expect([status, rows]).toEqual([200, ROWS]);
      expect(sum / expected.sum).toBeCloseTo(1, 5);
    }
    expect([...statuses.keys()]).toEqual([200]);
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });
});
