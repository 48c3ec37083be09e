import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTables, TABLE_FORMATS } from "../../benchmarks/offline/make-tables.mjs";
import { openWorkplace } from "../e2e/built-cli.js";
import { endsOf, scoreInLittleMemory } from "../support/bounded-scoring.js";

const ROWS = 1_000_000;
const workplace = openWorkplace();
beforeAll(() => makeTables(workplace.cwd, ROWS));
afterAll(() => workplace[Symbol.dispose]());

describe("a million rows in little memory", () => {
  it.each(TABLE_FORMATS)("are scored from %s", async (format) => {
    const { code, stdout, stderr } = await scoreInLittleMemory(workplace, format);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS, bad_rows: 0, written: ROWS });
    expect(endsOf(workplace, format)).toEqual(["0", String(ROWS - 1)]);
  });
});
