import { describe, expect, it } from "vitest";
import { unzstd } from "../../../src/codec/compression/zstd.js";
import { mutations } from "../../support/mutations.js";

/** What pyarrow makes of it: with its size, and streamed, without. */
const text = Buffer.from("hello hello hello hello".repeat(20));
const sized = Buffer.from(
  "KLUv/WDMAB0CAGBoZWxsbyAgaGVsbG8mIPCVAxMwmIDBBAwmYDABgxMwmIDBBAwmYDABgwkxmIDBBAwmYDABgwkYnIDBBIIBpRlklkU=",
  "base64",
);
const streamed = Buffer.from(
  "KLUv/QBIHQIAYGhlbGxvICBoZWxsbyYg8JUDEzCYgMEEDCZgMAGDEzCYgMEEDCZgMAGDCTGYgMEEDCZgMAGDCRicgMEEggGlGWSWRQ==",
  "base64",
);

/** A frame of blocks that repeat a zero, each of 128 KiB in four bytes. */
function zeros(blocks: number, contentSize: number): Uint8Array {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000, 0, 0, 0, 0]);
  head.writeUInt32LE(contentSize, 5);
  const size = 128 * 1024;
  const body = Array.from({ length: blocks }, (_, i) => {
    const bits = (size << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0);
    return Buffer.from([bits & 255, (bits >> 8) & 255, bits >> 16, 0]);
  });
  return Buffer.concat([head, ...body]);
}

describe("a frame of Zstandard", () => {
  it.each([
    { name: "its size", input: sized },
    { name: "no size", input: streamed },
  ])("is decompressed with $name", ({ input }) => {
    expect(Buffer.from(unzstd(input, text.length))).toEqual(text);
  });

  it("is where numbers of 64 bits can be read in place", () => {
    expect(unzstd(sized, text.length).byteOffset % 8).toBe(0);
  });

  it("is decompressed when it repeats a byte", () => {
    expect(unzstd(zeros(2, 256 * 1024), 256 * 1024).every((byte) => byte === 0)).toBe(true);
  });

  it("takes no more memory than it says, however much it holds", () => {
    expect(unzstd(zeros(1000, 1000), 1000)).toHaveLength(1000);
  });

  it.each([
    { name: "another size than it says", input: sized, length: text.length + 1 },
    { name: "two frames", input: Buffer.concat([sized, sized]), length: text.length },
    { name: "something after it", input: Buffer.concat([sized, Buffer.from("more")]), length: text.length },
    { name: "nothing in it", input: new Uint8Array(), length: 0 },
    { name: "another magic", input: Buffer.from("not zstd at all"), length: 3 },
  ])("is refused with $name", ({ input, length }) => {
    expect(() => unzstd(input, length)).toThrow();
  });

  it.each([sized, streamed])("is never more than a refusal when it is damaged (%#)", (input) => {
    for (const damaged of mutations(input, 2000)) {
      try {
        expect(unzstd(damaged, text.length)).toHaveLength(text.length);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
