import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { refusal, useExtraction } from "../support/extraction.js";
import { binarySize, rawEntry, sized, tarOf, withPax } from "../support/raw-tar.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

const extract = useExtraction(folder);

describe("extractArchive", () => {
  it("refuses compressed data whose sum is wrong", async () => {
    const archive = gzipSync(tarOf({ a: "x" }));
    archive.writeUInt32LE(1, archive.length - 8);
    await expect(extract(archive)).rejects.toThrow(refusal("damaged"));
  });

  const small = tarOf({ MLmodel: "flavors: {}", "w.data": "w".repeat(1000) });

  it.each(Array.from({ length: small.length / 256 }, (_, i) => i * 256 + 1))(
    "refuses a tar cut off after %d bytes",
    async (length) => {
      await expect(extract(small.subarray(0, length))).rejects.toThrow(refusal(/cut off|not a tar/));
    },
  );

  it.each([2, 9, 10, 18, 19, 40, 60, 100])("refuses a compressed tar cut off after %d bytes", async (length) => {
    const archive = gzipSync(small);
    expect(archive.length).toBeGreaterThan(length + 8);
    await expect(extract(archive.subarray(0, length))).rejects.toThrow(refusal("cut off"));
  });

  it.each([1, 4, 8])("refuses a compressed tar that lacks its last %d bytes", async (length) => {
    const archive = gzipSync(small);
    await expect(extract(archive.subarray(0, archive.length - length))).rejects.toThrow(refusal("cut off"));
  });

  it.each([
    {
      name: "too many files",
      archive: tarOf({ a: "", b: "", c: "", d: "" }),
      limits: { entries: 3 },
      reason: "more than 3 files",
    },
    {
      name: "too many folders",
      archive: tarOf({ "a/b/c/d/e": "" }),
      limits: { entries: 3 },
      reason: "more than 3 folders",
    },
    {
      name: "too many bytes",
      archive: tarOf({ a: "xx", b: "xx" }),
      limits: { totalBytes: 3 },
      reason: "more than 3 bytes",
    },
    { name: "a claim of too many bytes", archive: sized(binarySize(2n ** 40n)), limits: {}, reason: "bytes of files" },
    {
      name: "a long header",
      archive: withPax({ path: "a".repeat(2000) }),
      limits: { headerBytes: 1024 },
      reason: "header of more than 1024",
    },
    {
      name: "a long target of a link",
      archive: rawEntry({ type: "K", content: "a".repeat(2000) }),
      limits: { headerBytes: 1024 },
      reason: "header of more than 1024",
    },
    {
      name: "a bomb",
      archive: gzipSync(tarOf({ a: Buffer.alloc(2_000_000) })),
      limits: { ratioFromBytes: 1_000_000 },
      reason: "bomb",
    },
  ])("refuses $name", async ({ archive, limits, reason }) => {
    await expect(extract(archive, limits)).rejects.toThrow(refusal(reason));
  });

  it("takes what shrinks much as long as it is small", async () => {
    expect(Object.keys(await extract(gzipSync(tarOf({ a: Buffer.alloc(2_000_000) }))))).toEqual(["a"]);
  });
});
