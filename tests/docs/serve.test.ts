import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ACCESS_OPTIONS } from "../../src/config/access-options.js";
import { describeOptions } from "../../src/config/describe.js";
import { createSummedMetrics } from "../../src/processes/summed-metrics.js";
import { createMetrics } from "../../src/serve/metrics.js";

/** Names in the first column of a page's table that begins with a head. */
function firstColumn(name: string, head: string): string[] {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const [, rows = ""] = new RegExp(`^\\| ${head} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
  return rows
    .split("\n")
    .flatMap((row) => Array.from(row.split("|")[1]?.matchAll(/`([^`]+)`/g) ?? [], ([, name = ""]) => name));
}

describe("the pages on serving", () => {
  it("list every metric, and no other", async () => {
    const text = await createSummedMetrics(async () => [await createMetrics().snapshot()]).text();
    const names = Array.from(text.matchAll(/^# TYPE (mlserve_\w+) /gm), ([, name = ""]) => name);
    expect(firstColumn("serve.md", "metric").sort()).toEqual(names.sort());
  });

  it("tell of every option that says who may ask", () => {
    const told = firstColumn("production.md", "option").map((name) => name.split(" ")[0]);
    const options = describeOptions(z.object(ACCESS_OPTIONS));
    // A secret is given as a variable only.
    expect(told.sort()).toEqual(options.map(({ flag, variable, secret }) => (secret ? variable : flag)).sort());
  });
});
