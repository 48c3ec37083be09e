import { afterAll, expect, it } from "vitest";
import { fixture } from "../cli/models.js";
import { openWorkplace } from "../e2e/built-cli.js";
import { askMeanwhile, expectedOf, largeBody, scoreLarge } from "../support/large-bodies.js";

const ROWS = 1_000_000;
const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

it("six bodies of a million rows are answered right in 1.5 GB, and small ones meanwhile", async () => {
  const args = [
    "serve",
    fixture("trees100"),
    "--port",
    "0",
    "--no-access-log",
    "--max-body",
    "200MB",
    "--timeout",
    "5m",
  ];
  const program = workplace.start(args);
  const [, url = ""] = await program.find(/at (http:\/\/127\.0\.0\.1:\d+) —/);
  const expected = await expectedOf(url, ROWS);
  const body = largeBody(ROWS);
  const large = Promise.all([1, 2, 3, 4, 5, 6].map(() => scoreLarge(url, body)));
  const { statuses, peakBytes } = await askMeanwhile(url, program.child.pid ?? 0, large);
  for (const { status, rows, sum } of await large) {
    expect([status, rows]).toEqual([200, ROWS]);
    expect(sum / expected.sum).toBeCloseTo(1, 5);
  }
  expect([...statuses.keys()]).toEqual([200]);
  expect(peakBytes).toBeLessThan(1.5e9);
  program.child.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
});
