import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toOnePiece } from "../../src/core/byte-blocks.js";
import { MlserveError } from "../../src/core/errors.js";
import { type ContentCoding, decodeBody, parseContentCoding } from "../../src/http/content-coding.js";

const LIMIT = 100_000;
const LIMITS = { maxBytes: LIMIT, tooLarge: () => new MlserveError("body_too_large", "too large") };
const text = Buffer.from("a text that is said again and again. ".repeat(100));

/** The bytes as they may come over the wire. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function decode(bytes: Uint8Array, coding: ContentCoding, pieceBytes = 1000): Promise<Uint8Array> {
  return await toOnePiece(await decodeBody(pieces(bytes, pieceBytes), coding, LIMITS));
}

describe("parseContentCoding", () => {
  it.each([
    { header: null, coding: undefined },
    { header: "", coding: undefined },
    { header: "identity", coding: undefined },
    { header: "gzip", coding: "gzip" },
    { header: " GZip ", coding: "gzip" },
    { header: "x-gzip", coding: "gzip" },
    { header: "deflate", coding: "deflate" },
    { header: "identity, br", coding: "br" },
  ])("reads $header", ({ header, coding }) => {
    expect(parseContentCoding(header)).toBe(coding);
  });

  it.each(["zstd", "compress", "gzip, br", "gzip, gzip", "toString", "gzip;q=1"])("refuses %s", (header) => {
    expect(() => parseContentCoding(header)).toThrow("Content-Encoding: expected one of gzip, deflate, br, or none");
  });
});

describe("decodeBody", () => {
  const whole = { gzip: gzipSync(text), deflate: deflateSync(text), br: brotliCompressSync(text) };
  const codings = Object.keys(whole) as ContentCoding[];

  it.each(codings)("decompresses %s, in whatever pieces it comes", async (coding) => {
    for (const size of [1, 7, 1000]) expect(Buffer.from(await decode(whole[coding], coding, size))).toEqual(text);
  });

  it("decompresses gzip of several members", async () => {
    expect(Buffer.from(await decode(Buffer.concat([whole.gzip, whole.gzip]), "gzip"))).toEqual(
      Buffer.concat([text, text]),
    );
  });

  it.each(codings)("refuses %s that is cut short, damaged, empty, or goes on after its end", async (coding) => {
    const bytes = whole[coding];
    const damaged = Uint8Array.from(bytes, (byte, i) => (i > 1 && i % 5 === 0 ? byte ^ 0x55 : byte));
    for (const broken of [
      bytes.subarray(0, -3),
      damaged,
      new Uint8Array(),
      Buffer.concat([bytes, Buffer.from("more")]),
      text,
    ]) {
      await expect(decode(broken, coding)).rejects.toMatchObject({ kind: "invalid_body", status: 400 });
    }
  });

  it("refuses deflate without its header, as the standard has it with one", async () => {
    await expect(decode(deflateRawSync(text), "deflate")).rejects.toMatchObject({ kind: "invalid_body" });
  });

  it.each(codings)("stops %s as soon as it passes the limit", async (coding) => {
    const zeros = Buffer.alloc(50 * LIMIT);
    const bomb = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), br: brotliCompressSync(zeros) }[coding];
    let sent = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      // The same bomb over and over would be 500 GB.
      for (let i = 0; i < 100_000; i++) {
        sent += bomb.length;
        yield bomb;
      }
    }
    await expect(decodeBody(counted(), coding, LIMITS)).rejects.toMatchObject({ kind: "body_too_large" });
    expect(sent).toBeLessThan(100_000);
  });

  it("passes on what the source throws", async () => {
    async function* lost(): AsyncGenerator<Uint8Array> {
      yield whole.gzip.subarray(0, 10);
      throw new Error("gone");
    }
    await expect(decodeBody(lost(), "gzip", LIMITS)).rejects.toThrow("gone");
  });
});
