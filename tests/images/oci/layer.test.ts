import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageFile } from "../../../src/images/image.js";
import { readAll } from "../../../src/images/oci/image-blob.js";
import { writeLayer } from "../../../src/images/oci/layer.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-layer-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `${"deep/".repeat(60)}weights.bin`;
const bytes = (text: string): Uint8Array => Buffer.from(text);

function someFiles(): ImageFile[] {
  writeFileSync(join(folder, "program"), "#!/bin/sh\n", { mode: 0o600 });
  return [
    { path: "/opt/mlserve/zebra.txt", source: bytes("z"), mode: 0o644 },
    { path: `/opt/mlserve/${LONG}`, source: bytes("long"), mode: 0o644 },
    { path: "/opt/mlserve/gr\u00fc\u00dfe.txt", source: bytes("hi"), mode: 0o644 },
    { path: "/opt/mlserve/program", source: join(folder, "program"), mode: 0o755 },
  ];
}

const sha256 = (content: Uint8Array): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

describe("a layer", () => {
  it("is what tar unpacks: sorted, of owner 0, from 1970, with the folders above", async () => {
    const { blob } = await writeLayer(someFiles());
    writeFileSync(join(folder, "layer.tar"), await readAll(blob.open()));
    const listed = execFileSync("tar", ["--utc", "--numeric-owner", "-tvf", join(folder, "layer.tar")], {
      encoding: "utf8",
      env: { LC_ALL: "C.UTF-8", PATH: process.env.PATH },
    });
    const lines = listed.trimEnd().split("\n");
    expect(lines.filter((line) => !line.includes("deep/"))).toEqual([
      "drwxr-xr-x 0/0               0 1970-01-01 00:00 opt/",
      "drwxr-xr-x 0/0               0 1970-01-01 00:00 opt/mlserve/",
      "-rw-r--r-- 0/0               2 1970-01-01 00:00 opt/mlserve/gr\u00fc\u00dfe.txt",
      "-rwxr-xr-x 0/0              10 1970-01-01 00:00 opt/mlserve/program",
      "-rw-r--r-- 0/0               1 1970-01-01 00:00 opt/mlserve/zebra.txt",
    ]);
    expect(lines.at(-1)).toContain("zebra.txt");
    expect(lines.filter((line) => line.includes(LONG))).toHaveLength(1);
  });

  it("has the digests of its bytes, compressed and not", async () => {
    const plain = await writeLayer(someFiles());
    const compressed = await writeLayer(someFiles(), { gzipInto: join(folder, "layer.tar.gz") });
    const content = await readAll(compressed.blob.open());
    expect(compressed.blob.descriptor).toMatchObject({ digest: sha256(content), size: content.length });
    expect(compressed.diffId).toBe(sha256(gunzipSync(content)));
    expect(plain).toMatchObject({ diffId: compressed.diffId, unpackedBytes: gunzipSync(content).length });
    expect(plain.blob.descriptor).toMatchObject({ digest: plain.diffId, size: plain.unpackedBytes });
  });

  it("is the same for the same files, whatever their order and times", async () => {
    const before = await writeLayer(someFiles());
    const files = someFiles().reverse();
    utimesSync(join(folder, "program"), 1_000_000, 1_000_000);
    expect((await writeLayer(files)).blob.descriptor).toEqual(before.blob.descriptor);
  });

  it("is read from any place", async () => {
    const { blob } = await writeLayer(someFiles());
    const whole = Buffer.from(await readAll(blob.open()));
    for (const start of [0, 1, 511, 1024, whole.length - 1])
      expect(Buffer.from(await readAll(blob.open(start))).equals(whole.subarray(start))).toBe(true);
  });

  it("is refused when a file changed since it was hashed", async () => {
    const { blob } = await writeLayer(someFiles());
    writeFileSync(join(folder, "program"), "#!/bin/no\n");
    await expect(readAll(blob.open())).rejects.toMatchObject({ kind: "checksum_mismatch" });
    writeFileSync(join(folder, "program"), "longer than before");
    await expect(readAll(blob.open())).rejects.toMatchObject({ kind: "file_system" });
  });

  it("names a file that is not there", async () => {
    const gone = { path: "/opt/mlserve/gone", source: join(folder, "gone"), mode: 0o644 };
    await expect(writeLayer([gone])).rejects.toMatchObject({ kind: "file_system", where: 'file "opt/mlserve/gone"' });
    expect(readFileSync(join(folder, "program"), "utf8")).not.toBe("");
  });
});
