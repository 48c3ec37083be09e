import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lz4Bare, lz4Frame, lz4Hadoop } from "../../../src/codec/compression/lz4.js";
import { mutations } from "../../support/mutations.js";

/** What pyarrow makes of it. */
const text = Buffer.from("hello hello hello hello".repeat(20));
const bare = Buffer.from("bWhlbGxvIAYADREAAiMADxcA/4dQaGVsbG8=", "base64");
const frame = Buffer.from("BCJNGGBAghoAAABtaGVsbG8gBgANEQACIwAPFwD/h1BoZWxsbwAAAAA=", "base64");
const streamed = Buffer.from("BCJNGEBAwBoAAABtaGVsbG8gBgANEQACIwAPFwD/h1BoZWxsbwAAAAA=", "base64");

function hadoop(...blocks: readonly Uint8Array[]): Uint8Array {
  const head = (block: Uint8Array): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(text.length);
    bytes.writeUInt32BE(block.length, 4);
    return bytes;
  };
  return Buffer.concat(blocks.flatMap((block) => [head(block), block]));
}

describe.each([
  { name: "a bare block", decompress: lz4Bare, input: bare },
  { name: "a frame", decompress: lz4Frame, input: frame },
  { name: "a frame of linked blocks", decompress: lz4Frame, input: streamed },
  { name: "a block of Hadoop", decompress: lz4Hadoop, input: hadoop(bare) },
  { name: "a bare block for Hadoop's", decompress: lz4Hadoop, input: bare },
])("$name of LZ4", ({ decompress, input }) => {
  it("is decompressed", () => {
    expect(Buffer.from(decompress(input, text.length))).toEqual(text);
  });

  it.each([0, text.length - 1, text.length + 1])("is refused when it should have %i bytes", (length) => {
    expect(() => decompress(input, length)).toThrow(RangeError);
  });

  it("is never more than a refusal when it is damaged", () => {
    for (const damaged of mutations(input, 2000)) {
      try {
        expect(decompress(damaged, text.length)).toHaveLength(text.length);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

describe("LZ4", () => {
  it("reads blocks of Hadoop one after the other", () => {
    expect(Buffer.from(lz4Hadoop(hadoop(bare, bare), 2 * text.length))).toEqual(Buffer.concat([text, text]));
  });

  it("reads literals of any length, stored as they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1000 }), (bytes) => {
        const rest = bytes.length - 15;
        const lengths =
          rest < 0 ? [bytes.length << 4] : [0xf0, ...new Array(Math.floor(rest / 255)).fill(255), rest % 255];
        expect(Buffer.from(lz4Bare(Uint8Array.from([...lengths, ...bytes]), bytes.length))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
