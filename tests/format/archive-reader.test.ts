import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { extractArchive } from "../../src/format/archive-reader.js";
import { refusal, useExtraction } from "../support/extraction.js";
import {
  binarySize,
  named,
  paxEntry,
  paxRecord,
  rawEntry,
  sized,
  TAR_END,
  tarOf,
  withPax,
} from "../support/raw-tar.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

const extract = useExtraction(folder);

describe("extractArchive", () => {
  const files = { MLmodel: "flavors: {}", "a/b/weights.data": "w".repeat(70_000), empty: "" };

  it("unpacks a tar", async () => {
    expect(await extract(tarOf(files))).toEqual(files);
  });

  it("unpacks a gzipped tar, whatever it is called", async () => {
    expect(await extract(gzipSync(tarOf(files)))).toEqual(files);
  });

  it.each([1, 7, 511, 512, 513, 4096])("unpacks what comes compressed in several members, cut at %d", async (at) => {
    const tar = tarOf(files);
    expect(await extract(Buffer.concat([gzipSync(tar.subarray(0, at)), gzipSync(tar.subarray(at))]))).toEqual(files);
  });

  it("keeps what it writes to its owner", async () => {
    await extract(tarOf(files));
    const mode = (name: string): number => statSync(join(folder.path, "out", name)).mode & 0o077;
    expect(process.platform === "win32" ? [0, 0] : [mode("MLmodel"), mode("a/b")]).toEqual([0, 0]);
  });

  it("drops the ./ that `tar c .` writes, and takes folders as they come", async () => {
    const folders = ["./", "./a/", "./a/b/"].map((name) => rawEntry({ name, type: "5" }));
    const archive = Buffer.concat([...folders, rawEntry({ name: "./a/b/c", content: "x" }), TAR_END]);
    expect(await extract(archive)).toEqual({ "a/b/c": "x" });
  });

  it("takes the slash for the sign of a folder, as old tars have it", async () => {
    expect(await extract(Buffer.concat([rawEntry({ name: "a/", type: "\0" }), tarOf({ "a/b": "x" })]))).toEqual({
      "a/b": "x",
    });
  });

  it("takes long names of GNU and of POSIX, and names beyond ASCII", async () => {
    const long = `${"folder/".repeat(30)}é文`;
    const gnu = Buffer.concat([rawEntry({ type: "L", content: `${long}1\0` }), rawEntry({ content: "gnu" })]);
    const posix = Buffer.concat([paxEntry({ path: `${long}2`, mtime: "1.5" }), rawEntry({ content: "posix" })]);
    expect(await extract(Buffer.concat([gnu, posix, TAR_END]))).toEqual({ [`${long}1`]: "gnu", [`${long}2`]: "posix" });
  });

  it("takes a size from the attributes, and a binary one", async () => {
    const pax = Buffer.concat([
      paxEntry({ size: "3" }),
      rawEntry({ name: "a", size: "00000000000\0", content: "abc" }),
    ]);
    const binary = rawEntry({ name: "b", size: binarySize(3n), content: "abc" });
    expect(await extract(Buffer.concat([pax, binary, TAR_END]))).toEqual({ a: "abc", b: "abc" });
  });

  it("takes the comment that git writes for all entries, and padding behind the end", async () => {
    expect(
      await extract(Buffer.concat([paxEntry({ comment: "abc" }, "g"), tarOf({ a: "x" }), Buffer.alloc(9216)])),
    ).toEqual({ a: "x" });
  });

  it.each([
    {
      name: "a symbolic link",
      archive: rawEntry({ name: "lnk", type: "2", link: "/etc/passwd" }),
      reason: /^entry "lnk": is a symbolic link/,
    },
    {
      name: "a hard link",
      archive: rawEntry({ name: "lnk", type: "1", link: "../x" }),
      reason: /^entry "lnk": is a hard link/,
    },
    {
      name: "a link with content",
      archive: rawEntry({ type: "2", link: "x", content: "y" }),
      reason: /is a symbolic link/,
    },
    { name: "a character device", archive: rawEntry({ type: "3" }), reason: /is a character device/ },
    { name: "a block device", archive: rawEntry({ type: "4" }), reason: /is a block device/ },
    { name: "a pipe", archive: rawEntry({ type: "6" }), reason: /is a pipe/ },
    { name: "a contiguous file", archive: rawEntry({ type: "7" }), reason: /is a contiguous file/ },
    {
      name: "a sparse file of GNU",
      archive: rawEntry({ name: "sp", type: "S" }),
      reason: /^entry "sp": is a sparse file/,
    },
    { name: "an unknown type", archive: rawEntry({ type: "Z" }), reason: /is of an unknown type/ },
    {
      name: "a folder with content",
      archive: rawEntry({ name: "d/", type: "5", content: "x" }),
      reason: /is a folder with content/,
    },
    {
      name: "a link with a long name and a long target",
      archive: Buffer.concat([
        rawEntry({ type: "L", content: "long\0" }),
        rawEntry({ type: "K", content: "target\0" }),
        rawEntry({ type: "2" }),
      ]),
      reason: /^entry "long": is a symbolic link/,
    },
    {
      name: "a sparse file of POSIX",
      archive: paxEntry({ "GNU.sparse.major": "1", "GNU.sparse.name": "x" }),
      reason: /sparse/,
    },
    { name: "a sparse file of star", archive: paxEntry({ "SCHILY.realsize": "100" }), reason: /sparse/ },
    { name: "a path for all entries", archive: paxEntry({ path: "evil" }, "g"), reason: /for all entries/ },
    { name: "a size for all entries", archive: paxEntry({ size: "1" }, "g"), reason: /for all entries/ },
  ])("refuses $name", async ({ archive, reason }) => {
    await expect(extract(Buffer.concat([archive, TAR_END]))).rejects.toThrow(refusal(reason));
  });

  it.each([
    { name: "an absolute name", archive: named("/etc/passwd"), reason: "is absolute" },
    { name: "a name that leads up", archive: named("a/../../b"), reason: '".."' },
    { name: "a name that leads up behind ./", archive: named("./../b"), reason: '".."' },
    { name: "a name with a backslash", archive: named("..\\..\\b"), reason: "backslash" },
    { name: "a drive", archive: named("C:b"), reason: "colon" },
    { name: "a Windows device", archive: named("a/NUL.txt"), reason: "reserved" },
    { name: "a name that ends in a dot", archive: named("a./b"), reason: "dot or a space" },
    { name: "an empty name", archive: named(""), reason: "empty" },
    { name: "a name with a line break", archive: named("a\nb"), reason: "control" },
    { name: "a name that is not UTF-8", archive: named(Buffer.from([0x61, 0xff])), reason: "UTF-8" },
    { name: "a NUL in a name of POSIX", archive: withPax({ path: "a\0b" }), reason: "control" },
    { name: "a name of POSIX that leads up", archive: withPax({ path: "../b" }), reason: '".."' },
    { name: "a long component", archive: withPax({ path: "a".repeat(256) }), reason: "255 bytes" },
    { name: "a long path", archive: withPax({ path: `${"a/".repeat(600)}b` }), reason: "1024 bytes" },
    { name: "an empty name of POSIX", archive: withPax({ path: "" }), reason: "empty name" },
    {
      name: "an entry that stands twice",
      archive: Buffer.concat([rawEntry({ name: "MLmodel" }), tarOf({ MLmodel: "x" })]),
      reason: "another file",
    },
    {
      name: "names that differ in case",
      archive: tarOf({ MLmodel: "x", mlmodel: "y" }),
      reason: "cannot stand beside",
    },
    {
      name: "names that differ in how letters are composed",
      archive: tarOf({ "\u00e9": "x", "e\u0301": "y" }),
      reason: "cannot stand beside",
    },
    { name: "a file in a file", archive: tarOf({ a: "x", "a/b": "y" }), reason: "cannot stand beside" },
    {
      name: "a file in the place of a folder",
      archive: tarOf({ "a/b": "x", a: "y" }),
      reason: "a folder of this name",
    },
  ])("refuses $name", async ({ archive, reason }) => {
    await expect(extract(archive)).rejects.toThrow(refusal(reason));
    expect(readdirSync(folder.path).sort()).toEqual(["archive", "out"]);
  });

  it("escapes a name that would write on the terminal", async () => {
    await expect(extract(named("\u001b[2Jx"))).rejects.toThrow(refusal(/^file "\\u001b\[2Jx": /));
  });

  it.each([
    { name: "no archive", archive: Buffer.from("hello".repeat(300)), reason: "not a tar archive" },
    { name: "an empty file", archive: Buffer.alloc(0), reason: "not a tar archive" },
    {
      name: "a tar of before 1988",
      archive: Buffer.concat([rawEntry({ magic: "\0\0\0\0\0" }), TAR_END]),
      reason: "not a tar archive",
    },
    {
      name: "a wrong header sum",
      archive: Buffer.concat([rawEntry({ checksum: "000001\0 " }), TAR_END]),
      reason: "not a well-formed tar",
    },
    { name: "a size that is no number", archive: sized("0000000zz\0\0\0"), reason: "not a number" },
    { name: "no size", archive: sized("\0".repeat(12)), reason: "not a number" },
    { name: "a negative size", archive: sized(Buffer.alloc(12, 0xff)), reason: "not a number" },
    { name: "a size that no file has", archive: sized(binarySize(2n ** 63n)), reason: "no file can have" },
    { name: "a size of POSIX that is no number", archive: withPax({ size: "-1" }), reason: "not a number" },
    {
      name: "attributes with a wrong length",
      archive: rawEntry({ type: "x", content: "99 path=a\n" }),
      reason: "not well-formed",
    },
    {
      name: "attributes without a length",
      archive: rawEntry({ type: "x", content: "path=a\n" }),
      reason: "not well-formed",
    },
    {
      name: "attributes without a key",
      archive: rawEntry({ type: "x", content: paxRecord("", "a") }),
      reason: "not well-formed",
    },
    { name: "an empty attributes header", archive: rawEntry({ type: "x" }), reason: "empty header" },
    {
      name: "a header without its entry",
      archive: Buffer.concat([paxEntry({ path: "a" }), TAR_END]),
      reason: "without its entry",
    },
    {
      name: "two names for one entry",
      archive: Buffer.concat([paxEntry({ path: "a" }), rawEntry({ type: "L", content: "b\0" })]),
      reason: "two headers",
    },
    {
      name: "two headers for one entry",
      archive: Buffer.concat([paxEntry({ size: "1" }), paxEntry({ mtime: "1" })]),
      reason: "two headers",
    },
    {
      name: "a second archive behind the first",
      archive: Buffer.concat([tarOf({ a: "x" }), tarOf({ b: "y" })]),
      reason: "behind the end",
    },
    {
      name: "an entry behind a single zero block",
      archive: Buffer.concat([rawEntry({ name: "a" }), Buffer.alloc(512), tarOf({ b: "y" })]),
      reason: "behind the end",
    },
    {
      name: "a byte behind the end",
      archive: Buffer.concat([tarOf({ a: "x" }), Buffer.from("x")]),
      reason: "behind the end",
    },
    { name: "a zip archive", archive: Buffer.from("PK\u0003\u0004abc"), reason: "zip archive" },
    {
      name: "compressed data that is damaged",
      archive: Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), Buffer.alloc(50, 0xff)]),
      reason: "damaged",
    },
    {
      name: "text behind the compressed data",
      archive: Buffer.concat([gzipSync(tarOf({ a: "x" })), Buffer.from("x")]),
      reason: /damaged|cut off/,
    },
    {
      name: "zeros behind the compressed data",
      archive: Buffer.concat([gzipSync(tarOf({ a: "x" })), Buffer.alloc(9)]),
      reason: "behind the end",
    },
  ])("refuses $name", async ({ archive, reason }) => {
    await expect(extract(archive)).rejects.toThrow(refusal(reason));
  });

  it("writes through nothing that is there already", async () => {
    mkdirSync(join(folder.path, "full"));
    writeFileSync(join(folder.path, "full", "a"), "mine");
    writeFileSync(join(folder.path, "archive"), tarOf({ a: "theirs" }));
    await expect(extractArchive(join(folder.path, "archive"), join(folder.path, "full"))).rejects.toThrow(
      expect.objectContaining({ kind: "file_system" }),
    );
    expect(readFileSync(join(folder.path, "full", "a"), "utf8")).toBe("mine");
  });
});
