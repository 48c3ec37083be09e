import { readdirSync, watch } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTables, TABLE_FORMATS } from "../../benchmarks/offline/make-tables.mjs";
import { endsOf, scoreInLittleMemory } from "../support/bounded-scoring.js";
import { modelPath } from "../support/golden.js";
import { openWorkplace } from "./built-cli.js";

const ROWS = 150_000;
const workplace = openWorkplace();
beforeAll(() => makeTables(workplace.cwd, ROWS));
afterAll(() => workplace[Symbol.dispose]());

describe("a file that is larger than the memory", () => {
  it.each(TABLE_FORMATS)("is scored from %s", async (format) => {
    const { code, stdout, stderr } = await scoreInLittleMemory(workplace, format);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS, bad_rows: 0, written: ROWS, output: `${format}.csv` });
    expect(endsOf(workplace, format)).toEqual(["0", String(ROWS - 1)]);
  });

  it("would not fit into it", async () => {
    const { code } = await scoreInLittleMemory(workplace, "jsonl", ["--batch-rows", String(ROWS)]);
    expect(code).not.toBe(0);
  });
});

describe("a run that is ended", () => {
  it("leaves nothing behind", async () => {
    const before = readdirSync(workplace.cwd);
    const args = ["predict", modelPath("trees100"), "-i", "-", "--input-format", "csv", "-o", "never.csv"];
    const started = new Promise<void>((resolve) => {
      const watcher = watch(workplace.cwd, (_, name) => {
        if (name?.endsWith(".tmp") !== true) return;
        watcher.close();
        resolve();
      });
    });
    const { child, ended } = workplace.start(args, { stdin: "pipe" });
    await started;
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, left: [] });
    expect(readdirSync(workplace.cwd).sort()).toEqual(before.sort());
  });

  it("by its reader is no error", async () => {
    const { child, ended } = workplace.start(["predict", modelPath("trees100"), "-i", "table.csv"]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0 });
  });
});
