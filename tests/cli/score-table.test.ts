import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTable } from "../../cli/score-table.js";
import { fixture } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  await terminal.run(["pack", fixture("trees100"), "-o", "trees.tar"]);
  writeFileSync(join(terminal.cwd, "in.csv"), `id,name,${NAMES}\na,"x, y",${ONE}\nb,z,${ONE.replace("1", "one")}\n`);
});
afterAll(() => terminal[Symbol.dispose]());

const NAMES = Array.from({ length: 8 }, (_, i) => `f${i}`).join(",");
const ONE = "1,2,3,4,5,6,7,8";
const predict = (...words: readonly string[]) => terminal.run(["predict", "trees.tar", "-i", "in.csv", ...words]);
const BAD = 'column "f0", row 1 (line 3): expected float, got a string that is not one';

describe("predict of a file of rows", () => {
  it("writes it, and says how many rows there were and which were bad", async () => {
    const words = ["-o", "out.csv", "--on-error", "null", "--keep-columns", "id,name"];
    const { code, stdout, stderr, left } = await predict(...words);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: `mlserve: warning: ${BAD}\n`, left: [] });
    expect(stdout).toMatch(/^scored 2 rows, 1 of them bad into out\.csv: 2 written, [\d,]+ rows\/s\n$/);
    expect(readFileSync(join(terminal.cwd, "out.csv"), "utf8")).toMatch(
      /^id,name,variable\na,"x, y",-?\d+\.\d+\nb,z,\n$/,
    );
  });

  it("says so as JSON", async () => {
    const { code, stdout, stderr } = await predict("-o", "out.parquet", "--on-error", "skip", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      rows: 2,
      bad_rows: 1,
      written: 1,
      output: "out.parquet",
      seconds: expect.any(Number),
      rows_per_second: expect.any(Number),
      first_bad_rows: [{ row: 1, line: 3, message: BAD }],
    });
  });

  it("prints rows as lines of JSON where there is no output file, and tells the rest elsewhere", async () => {
    const { stdout, stderr } = await predict("--on-error", "skip");
    expect(stdout).toMatch(/^\{"variable":-?\d+\.\d+\}\n$/);
    expect(stderr).toMatch(/warning: column "f0", row 1 .*\nscored 2 rows, 1 of them bad: 1 written/s);
  });

  it("ends at a bad row, with the exit code of wrong input", async () => {
    const { code, stderr } = await predict("-o", "stopped.csv");
    expect({ code, stderr }).toEqual({ code: 4, stderr: `mlserve: error: ${BAD}\n` });
    expect(() => readFileSync(join(terminal.cwd, "stopped.csv"))).toThrow("ENOENT");
  });

  it("takes standard input in the format that is asked for", async () => {
    const stdin = `${NAMES}\n${ONE}\n`;
    const words = ["predict", "trees.tar", "-i", "-", "--input-format", "csv", "--output-format", "csv"];
    expect(await terminal.run(words, { stdin })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^variable\n-?\d+\.\d+\n$/),
    });
  });

  it.each([
    { input: "rows.csv", table: true },
    { input: "ROWS.CSV.GZ", table: true },
    { input: "rows.ndjson", table: true },
    { input: "rows.feather", table: true },
    { input: "request.json", table: false },
    { input: "-", table: false },
    { input: "-", inputFormat: "arrow", table: true },
    { input: "rows.csv", inputFormat: "json", table: false },
  ] as const)("is what $input is: $table", ({ table, ...options }) => {
    expect(isTable({ inputFormat: undefined, ...options })).toBe(table);
  });
});
