import { describe, expect, it } from "vitest";
import { openParquet } from "../../../../src/codec/decode/parquet/open-parquet.js";
import { createTableBudget } from "../../../../src/codec/decode/tables/budget.js";
import { joinTables } from "../../../../src/codec/decode/tables/join-tables.js";
import type { TypedTable } from "../../../../src/codec/decode/tables/typed-table.js";
import { expectedColumns, recordedTables, toldColumns } from "../../../support/recorded-tables.js";

const files = recordedTables("parquet.json");

function bufferOf(bytes: Uint8Array) {
  return {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}

async function read(bytes: Uint8Array, budget = createTableBudget()): Promise<TypedTable> {
  const file = await openParquet(bufferOf(bytes));
  const groups: TypedTable[] = [];
  for (let group = 0; group < Math.max(file.groups.length, 1); group++)
    groups.push(await file.readGroup(group, new Set(file.columns), budget));
  return joinTables(groups);
}

describe("a Parquet file of pyarrow", () => {
  it.each(files)("is read: $name", async (recorded) => {
    const table = await read(Buffer.from(recorded.base64, "base64"));
    expect(toldColumns(table)).toEqual(expectedColumns(recorded));
  });
});
