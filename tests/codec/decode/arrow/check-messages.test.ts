import { describe, expect, it } from "vitest";
import { checkFile, checkStream, isArrowFile } from "../../../../src/codec/decode/arrow/check-messages.js";
import { readArrow } from "../../../../src/codec/decode/arrow/read-arrow.js";
import { createTableBudget } from "../../../../src/codec/decode/tables/budget.js";
import { MlserveError } from "../../../../src/core/errors.js";
import { mutations } from "../../../support/mutations.js";
import { recordedTables } from "../../../support/recorded-tables.js";

const streams = recordedTables("arrow.json");

describe("a stream of Arrow", () => {
  it.each(streams)("is never more than a refusal when it is damaged: $name", ({ base64 }) => {
    for (const damaged of mutations(Buffer.from(base64, "base64"), 300)) {
      try {
        readArrow(damaged, undefined, createTableBudget(64 * 1024 * 1024));
      } catch (error) {
        expect(error).toBeInstanceOf(MlserveError);
      }
    }
  });

  it.each(streams)("passes the check as it is: $name", ({ base64 }) => {
    const bytes = Buffer.from(base64, "base64");
    const check = isArrowFile(bytes) ? checkFile : checkStream;
    expect(() => check(bytes, createTableBudget())).not.toThrow();
  });

  it("is refused when a message claims more values than there is memory for", () => {
    const [{ base64 } = { base64: "" }] = streams;
    const bytes = Buffer.from(base64, "base64");
    expect(() => readArrow(bytes, undefined, createTableBudget(100))).toThrow(
      expect.objectContaining({ kind: "body_too_large" }),
    );
  });

  it("is refused when decompressed buffers are larger than that", () => {
    const [big] = streams.filter(({ name }) => name === "several blocks of ZSTD");
    const bytes = Buffer.from(big?.base64 ?? "", "base64");
    expect(bytes.length).toBeLessThan(2000);
    // 200,000 values at 9 bytes are 1.8 MB before their 200 kB are decompressed.
    expect(() => readArrow(bytes, undefined, createTableBudget(1_900_000))).toThrow(
      "more than 1900000 bytes in memory",
    );
    expect(readArrow(bytes, undefined, createTableBudget(2_100_000))).toHaveLength(1);
  });
});

function int32(value: number): number[] {
  return [...new Uint8Array(Int32Array.of(value).buffer)];
}

describe("a message of Arrow", () => {
  it("is refused when it leaves its stream", () => {
    expect(() => checkStream(Uint8Array.from([...int32(-1), ...int32(1000), 0, 0, 0, 0]), createTableBudget())).toThrow(
      "leaves its stream",
    );
  });
});
