import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { openParquet } from "../../../../src/codec/decode/parquet/open-parquet.js";
import { createTableBudget } from "../../../../src/codec/decode/tables/budget.js";
import { MlserveError } from "../../../../src/core/errors.js";
import { mutations } from "../../../support/mutations.js";
import { recordedTables } from "../../../support/recorded-tables.js";

async function readAll(bytes: Uint8Array, maxBytes: number): Promise<number> {
  const slice = (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer;
  const file = await openParquet({ byteLength: bytes.length, slice });
  const budget = createTableBudget(maxBytes);
  let rows = 0;
  for (const group of file.groups.keys()) rows += (await file.readGroup(group, new Set(file.columns), budget)).rows;
  return rows;
}

describe("a Parquet file", () => {
  it.each(recordedTables("parquet.json"))(
    "is never more than a refusal when it is damaged: $name",
    async ({ base64 }) => {
      for (const damaged of mutations(Buffer.from(base64, "base64"), 150)) {
        try {
          await readAll(damaged, 64 * 1024 * 1024);
        } catch (error) {
          expect(error).toBeInstanceOf(MlserveError);
        }
      }
    },
  );

  it("is refused when a million values are said in a few bytes, and there is no memory for them", async () => {
    const same = new Uint8Array(
      parquetWriteBuffer({ columnData: [{ name: "x", data: new Array(1_000_000).fill(1), type: "INT32" }] }),
    );
    expect(same.length).toBeLessThan(20_000);
    expect(await readAll(same, 100_000_000)).toBe(1_000_000);
    await expect(readAll(same, 1_000_000)).rejects.toMatchObject({ kind: "body_too_large", status: 413 });
  });

  it("is refused when a run is longer than its page", async () => {
    const [recorded] = recordedTables("parquet.json").filter(({ name }) => name === "every type without a dictionary");
    const file = Buffer.from(recorded?.base64 ?? "", "base64");
    // The levels of two values that are there: their length, a run of two, and the level.
    const levels = file.indexOf(Buffer.from([2, 0, 0, 0, 2 << 1, 1]));
    const longer = Uint8Array.from(file);
    longer[levels + 4] = 3 << 1;
    expect(await readAll(file, 1_000_000)).toBe(2);
    await expect(readAll(longer, 1_000_000)).rejects.toMatchObject({
      kind: "invalid_body",
      cause: expect.objectContaining({ message: expect.stringContaining("longer than its page") }),
    });
  });
});
