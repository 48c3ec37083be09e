import { describe, expect, it } from "vitest";
import { readArrow } from "../../../../src/codec/decode/arrow/read-arrow.js";
import { joinTables } from "../../../../src/codec/decode/tables/join-tables.js";
import { expectedColumns, recordedTables, toldColumns } from "../../../support/recorded-tables.js";

describe("an Arrow stream of pyarrow", () => {
  it.each(recordedTables("arrow.json"))("is read: $name", (recorded) => {
    const table = joinTables(readArrow(Buffer.from(recorded.base64, "base64"), undefined));
    expect(toldColumns(table)).toEqual(expectedColumns(recorded));
  });

  it("leaves numbers where they are", () => {
    const [plain] = recordedTables("arrow.json");
    const body = Uint8Array.from(Buffer.from(plain?.base64 ?? "", "base64"));
    const [table] = readArrow(body, new Set(["int8", "int64", "float32", "ns"]));
    const buffers = table?.columns.map(
      ({ values }) => values.kind === "scalars" && "buffer" in values.column.data && values.column.data.buffer,
    );
    expect(buffers).toEqual([body.buffer, body.buffer, body.buffer, body.buffer]);
    expect(buffers?.every((buffer) => buffer === body.buffer)).toBe(true);
  });

  it("is read wherever its bytes lie", () => {
    const [plain] = recordedTables("arrow.json");
    const bytes = Buffer.from(plain?.base64 ?? "", "base64");
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readArrow(shifted, undefined)).toEqual(readArrow(bytes, undefined));
  });
});
