import { describe, expect, it } from "vitest";
import { readRecordsFrame, readSplitFrame } from "../../../src/codec/decode/frame.js";
import { OWN_DATA_LIMITS } from "../../../src/core/decode-limits.js";
import type { JsonValue } from "../../../src/core/json.js";

const COUNT = 20_000;
const PADDED = { shortRows: "pad", limits: OWN_DATA_LIMITS } as const;

describe("a table that would be far larger than its body", () => {
  it("is refused before it is made of records that each have a key of their own", () => {
    const records = Array.from({ length: COUNT }, (_, i): JsonValue => new Map([[`key${i}`, i]]));
    const read = () => readRecordsFrame(records, PADDED);
    expect(read).toThrow(expect.objectContaining({ kind: "body_too_large" }));
  });

  it("is refused before it is made of one long row and many short ones", () => {
    const rows: JsonValue[] = [Array<number>(COUNT).fill(0), ...Array.from({ length: COUNT }, () => [0])];
    const read = () => readSplitFrame(new Map([["data", rows]]), PADDED);
    expect(read).toThrow(expect.objectContaining({ kind: "body_too_large" }));
  });

  it("is no table with as many cells as its body", () => {
    const records = Array.from({ length: COUNT }, (_, i): JsonValue => new Map([["a", i]]));
    expect(readRecordsFrame(records, PADDED)).toMatchObject({ rows: COUNT, columns: [{ name: "a" }] });
  });
});
