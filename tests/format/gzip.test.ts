import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sha256Of } from "../../src/format/checksums.js";
import { createStableGzip } from "../../src/format/gzip.js";

/** Always the same, and neither all alike nor all different. */
const content = Buffer.from(
  Uint32Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2654435761) >>> (i % 24)).buffer,
);

const compress = (input: Buffer, chunkBytes: number): Promise<Buffer> =>
  buffer(Readable.from(chunksOf(input, chunkBytes)).pipe(createStableGzip()));

function* chunksOf(input: Buffer, chunkBytes: number): Generator<Buffer> {
  for (let at = 0; at < input.length; at += chunkBytes) yield input.subarray(at, at + chunkBytes);
}

describe("createStableGzip", () => {
  it.each([1000, 65_536, 400_000])("gives the bytes that it always gave, in chunks of %d", async (chunkBytes) => {
    const compressed = await compress(content, chunkBytes);
    expect(gunzipSync(compressed).equals(content)).toBe(true);
    // Not of this machine's zlib or Node: a package's digest hangs on it.
    expect(sha256Of(compressed)).toBe("864d489ae99746eeecbf3e57cd59573c571798f085129865ae40f9bab6454e44");
  });

  it("writes no name and no time", async () => {
    expect((await compress(content, 1000)).subarray(0, 10).toString("hex")).toBe("1f8b0800000000000003");
  });

  it("refuses what its reader would refuse", async () => {
    const zeros = Readable.from(chunksOf(Buffer.alloc(48 * 1024 * 1024), 1024 * 1024));
    await expect(buffer(zeros.compose(createStableGzip()))).rejects.toThrow(
      expect.objectContaining({ kind: "invalid_package" }),
    );
  });
});
