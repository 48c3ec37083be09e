import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/format/archive-limits.js";
import { TarFrames } from "../../src/format/tar-frames.js";
import { paxEntry, rawEntry, TAR_END, tarOf } from "../support/raw-tar.js";

function follow(archive: Buffer, chunkBytes: number): void {
  const frames = new TarFrames(DEFAULT_LIMITS);
  for (let at = 0; at < archive.length; at += chunkBytes) frames.push(archive.subarray(at, at + chunkBytes));
  frames.end();
}

describe("TarFrames", () => {
  const good = Buffer.concat([
    paxEntry({ comment: "c" }, "g"),
    paxEntry({ path: "a/long/name", size: "600" }),
    rawEntry({ size: "00000000000\0", content: Buffer.alloc(600, 1) }),
    tarOf({ MLmodel: "x" }),
    Buffer.alloc(700),
  ]);
  const bad = Buffer.concat([good.subarray(0, -TAR_END.length), rawEntry({ name: "late" })]);

  it.each([1, 2, 3, 100, 511, 512, 513, 1024, 1_000_000])("comes to the same in chunks of %d bytes", (chunkBytes) => {
    expect(() => follow(good, chunkBytes)).not.toThrow();
    expect(() => follow(bad, chunkBytes)).toThrow("something stands behind the end of the archive");
  });

  it("takes the size of an entry from the attributes before it, and of that entry only", () => {
    const entries = [paxEntry({ size: "1" }), rawEntry({ size: "00000000000\0", content: "x" }), tarOf({ b: "" })];
    expect(() => follow(Buffer.concat(entries), 512)).not.toThrow();
  });
});
