import { describe, expect, it } from "vitest";
import { type JsonValue, parseJsonText } from "../../src/core/json.js";
import { formatSignature } from "../../src/format/signature-json.js";
import { inferColumns } from "../../src/pack/infer-columns.js";
import { readCsvFrame } from "../../src/pack/read-csv-frame.js";

function infer(frame: JsonValue): unknown {
  if (!(frame instanceof Map)) throw new Error("no frame");
  return JSON.parse(
    formatSignature({ inputs: inferColumns(frame), outputs: undefined, params: undefined }).inputs ?? "",
  );
}

const column = (...cells: string[]): JsonValue =>
  parseJsonText(`{"columns": ["a"], "data": [${cells.map((cell) => `[${cell}]`).join(", ")}]}`, { nonFinite: true });

describe("inferColumns", () => {
  it.each([
    { name: "integers", cells: ["1", "-2"], type: "long", required: true },
    { name: "integers of 64 bits", cells: ["9223372036854775807"], type: "long", required: true },
    { name: "a whole float", cells: ["1.0"], type: "double", required: true },
    { name: "integers and floats", cells: ["1", "2.5"], type: "double", required: true },
    { name: "integers with a gap", cells: ["1", "null"], type: "double", required: false },
    { name: "floats with NaN", cells: ["1.5", "NaN"], type: "double", required: false },
    { name: "booleans", cells: ["true", "false"], type: "boolean", required: true },
    { name: "booleans with a gap", cells: ["true", "null"], type: "boolean", required: false },
    { name: "strings", cells: ['"x"', '"1"'], type: "string", required: true },
    { name: "strings with a gap", cells: ['"x"', "null"], type: "string", required: false },
    { name: "gaps alone", cells: ["null"], type: "any", required: false },
  ])("takes $name for $type, as MLflow does", ({ cells, type, required }) => {
    expect(infer(column(...cells))).toEqual([{ name: "a", type, required }]);
  });

  it.each([
    { name: "numbers beside strings", cells: ["1", '"secret"'] },
    { name: "booleans beside numbers", cells: ["1", "true"] },
    { name: "lists", cells: ["[1]"] },
    { name: "integers beyond 64 bits", cells: ["9223372036854775808"] },
  ])("refuses $name in one line", ({ cells }) => {
    expect(() => infer(column(...cells))).toThrow(/^column "a": holds (?!.*secret)[^\n]*--signature$/);
  });

  it.each([
    { frame: '{"columns": [], "data": []}', says: "has no column or no row" },
    { frame: '{"columns": ["a"], "data": []}', says: "has no column or no row" },
    { frame: '{"columns": [0], "data": [[1]]}', says: "expected the names of columns to be strings" },
    { frame: '{"columns": ["a"], "data": [1]}', says: "expected lists of columns and rows" },
  ])("refuses $frame", ({ frame, says }) => {
    expect(() => infer(parseJsonText(frame))).toThrow(says);
  });
});

describe("readCsvFrame", () => {
  it("keeps the types and the gaps that pandas sees", () => {
    const frame = readCsvFrame(Buffer.from("i,f,g,b,s,t\n1,1.0,2,True,x,\n2,2.5,,False,01,y\n"));
    expect(infer(frame)).toEqual([
      { name: "i", type: "long", required: true },
      { name: "f", type: "double", required: true },
      { name: "g", type: "double", required: false },
      { name: "b", type: "boolean", required: true },
      { name: "s", type: "string", required: true },
      { name: "t", type: "string", required: false },
    ]);
    expect(frame.get("data")).toMatchObject([
      [1n, { value: 1 }, { value: 2 }, true, "x", null],
      [2n, { value: 2.5 }, null, false, "01", "y"],
    ]);
  });
});
