import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { extractArchive } from "../../src/format/archive-reader.js";
import { sha256Of } from "../../src/format/checksums.js";
import { listModelFolder } from "../../src/format/list-folder.js";
import { type PackageSource, type WritePackageOptions, writePackage } from "../../src/format/package-writer.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;

const FILES: Readonly<Record<string, string>> = {
  "b.data": "b".repeat(2000),
  MLmodel: "flavors: {}\n",
  "a/é.txt": "",
  "a/b": "x",
  [`deep/${"long/".repeat(40)}name`]: "y",
  "B.data": "B",
};

function writeFolder(name: string, names: readonly string[], modified: number): string {
  for (const file of names) {
    mkdirSync(dirname(at(name, file)), { recursive: true });
    writeFileSync(at(name, file), FILES[file] ?? "");
    utimesSync(at(name, file), modified, modified);
  }
  return at(name);
}

const portable = Object.keys(FILES).filter((name) => name !== "B.data");

async function write(source: string, target: string, options?: WritePackageOptions) {
  return writePackage(at(target), await listModelFolder(source), options);
}

/** Runs a tool of the system. */
const run = (tool: string, args: readonly string[], cwd?: string): string =>
  execFileSync(tool, args, { encoding: "utf8", cwd, stdio: ["ignore", "pipe", "ignore"] });

const hasTool = (tool: string): boolean => {
  try {
    run(tool, ["--version"]);
    return true;
  } catch {
    return false;
  }
};

describe("writePackage", () => {
  it.each(["model.tar", "model.tar.gz", "model.tgz"])("gives the same bytes for the same files: %s", async (target) => {
    const first = await write(writeFolder("one", portable, 1_000_000), `1${target}`);
    const second = await write(writeFolder("two", [...portable].reverse(), 1_500_000_000), `2${target}`);
    expect(readFileSync(at(`1${target}`)).equals(readFileSync(at(`2${target}`)))).toBe(true);
    expect(second).toEqual(first);
    expect(first).toMatchObject({
      bytes: readFileSync(at(`1${target}`)).length,
      sha256: sha256Of(readFileSync(at(`1${target}`))),
    });
  });

  it("gives the bytes that it always gave", async () => {
    const { sha256 } = await write(writeFolder("one", portable, 1), "model.tar");
    expect(sha256).toBe("21298bb8b88fba11b1ee1ad6c20dfc1004beaafc6280e37f59f83576ded68013");
    const { sha256: compressed } = await write(writeFolder("two", portable, 1), "model.tar.gz");
    expect(compressed).toBe("bd29489babc450cdac4a8a5dde8d965526cf668393c24a1c5cb8a876cf1da727");
  });

  it.each(["model.tar", "model.tar.gz"])("writes what its reader reads: %s", async (target) => {
    const { files, digest } = await write(writeFolder("one", portable, 1), target);
    mkdirSync(at("out"));
    const read = await extractArchive(at(target), at("out"));
    const names = ["MLmodel", "a/b", "a/é.txt", "b.data", `deep/${"long/".repeat(40)}name`];
    expect(files.map(({ name }) => name)).toEqual(names);
    expect(read.slice(0, -1)).toEqual(files);
    expect(read.at(-1)).toMatchObject({ name: "SHA256SUMS", sha256: digest });
  });

  it("compresses where the name says so, and else not", async () => {
    const source = writeFolder("one", portable, 1);
    await write(source, "a.tar.gz");
    await write(source, "a.pkg");
    expect(readFileSync(at("a.tar.gz")).subarray(0, 2).toString("hex")).toBe("1f8b");
    expect(readFileSync(at("a.pkg")).toString("latin1", 0, 7)).toBe("MLmodel");
  });

  it("puts the time that it is given on every file", async () => {
    const modifiedAt = new Date(1_700_000_000_000);
    await write(writeFolder("one", ["MLmodel"], 1), "a.tar", { modifiedAt });
    expect(Number.parseInt(readFileSync(at("a.tar")).toString("latin1", 136, 147), 8)).toBe(1_700_000_000);
  });

  it.each([new Date(-1000), new Date(2 ** 31 * 1000), new Date(Number.NaN)])(
    "refuses the time %j",
    async (modifiedAt) => {
      await expect(write(writeFolder("one", ["MLmodel"], 1), "a.tar", { modifiedAt })).rejects.toThrow(
        expect.objectContaining({ kind: "usage" }),
      );
    },
  );

  it.runIf(hasTool("tar") && hasTool("sha256sum"))("is read by tar, and checked by sha256sum", async () => {
    await write(writeFolder("one", portable, 1), "a.tar.gz");
    mkdirSync(at("out"));
    const listed = run("tar", ["tzf", at("a.tar.gz")])
      .trim()
      .split("\n");
    expect([listed[0], listed.at(-1)]).toEqual(["MLmodel", "SHA256SUMS"]);
    run("tar", ["xzf", at("a.tar.gz"), "-C", at("out")]);
    const checked = run("sha256sum", ["-c", "SHA256SUMS"], at("out"));
    expect(checked.trim().split("\n")).toHaveLength(portable.length);
  });

  it("takes files from memory beside those on the disk, and tells of all bytes", async () => {
    const source = writeFolder("one", ["b.data"], 1);
    const sources: PackageSource[] = [
      ...(await listModelFolder(source)),
      { name: "MLmodel", content: Buffer.from("a: 1") },
    ];
    let bytes = 0;
    const { files } = await writePackage(at("a.tar"), sources, { onBytes: (more) => (bytes += more) });
    expect(files).toMatchObject([
      { name: "MLmodel", bytes: 4 },
      { name: "b.data", bytes: 2000 },
    ]);
    expect(bytes).toBeGreaterThanOrEqual(2004);
  });

  it("replaces a package, through a link as well", async () => {
    const source = writeFolder("one", ["MLmodel"], 1);
    writeFileSync(at("real.tar"), "old");
    symlinkSync(at("real.tar"), at("link.tar"));
    const { sha256 } = await write(source, "link.tar");
    expect(sha256Of(readFileSync(at("real.tar")))).toBe(sha256);
    expect(readdirSync(folder.path).sort()).toEqual(["link.tar", "one", "real.tar"]);
  });

  const unchanged = (name: string): { name: string; path: string; bytes: number } => ({
    name,
    path: at("one", name),
    bytes: FILES[name]?.length ?? 0,
  });

  it.each([
    { name: "a file that became longer", spoil: () => writeFileSync(at("one", "b.data"), "b".repeat(2001)) },
    { name: "a file that became shorter", spoil: () => truncateSync(at("one", "b.data"), 10) },
    {
      name: "a file that has other content than before",
      spoil: () => writeFileSync(at("one", "b.data"), "c".repeat(2000)),
    },
  ])("refuses $name, and leaves the old package", async ({ spoil }) => {
    writeFolder("one", portable, 1);
    writeFileSync(at("a.tar"), "old");
    const sources = [unchanged("MLmodel"), { ...unchanged("b.data"), sha256: sha256Of(FILES["b.data"] ?? "") }];
    spoil();
    await expect(writePackage(at("a.tar"), sources)).rejects.toThrow(
      expect.objectContaining({
        kind: "file_system",
        message: expect.stringMatching(/^file "b.data": the file changed while it was read/),
      }),
    );
    expect(readFileSync(at("a.tar"), "utf8")).toBe("old");
    expect(readdirSync(folder.path).sort()).toEqual(["a.tar", "one"]);
  });

  it("refuses a file that changes while it is read", async () => {
    writeFolder("one", portable, 1);
    const onBytes = (): void => writeFileSync(at("one", "b.data"), "c".repeat(2000));
    await expect(writePackage(at("a.tar"), [unchanged("MLmodel"), unchanged("b.data")], { onBytes })).rejects.toThrow(
      "changed while it was read",
    );
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });

  it.each([
    {
      name: "a file that is gone",
      source: { name: "gone", path: "gone", bytes: 1 },
      target: "a.tar",
      reason: /^file "gone": no such file/,
    },
    {
      name: "a folder that is not there",
      source: { name: "MLmodel", content: Buffer.alloc(0) },
      target: "no/a.tar",
      reason: /^writing "a.tar": its folder does not exist/,
    },
    {
      name: "a folder in the package's place",
      source: { name: "MLmodel", content: Buffer.alloc(0) },
      target: "one",
      reason: /^writing "one": is a folder/,
    },
  ])("says in one line what is wrong with $name", async ({ source, target, reason }) => {
    mkdirSync(at("one"));
    await expect(writePackage(at(target), [source])).rejects.toThrow(
      expect.objectContaining({ kind: "file_system", message: expect.stringMatching(reason) }),
    );
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });

  it.each([
    { name: "a name that leads outside", names: ["MLmodel", "../x"] },
    { name: "names that differ in case", names: ["MLmodel", "a", "A"] },
    { name: "a name of more than 1024 bytes", names: ["MLmodel", "a/".repeat(600)] },
  ])("refuses $name before it writes anything", async ({ names }) => {
    const sources = names.map((name) => ({ name, content: Buffer.alloc(0) }));
    await expect(writePackage(at("a.tar"), sources)).rejects.toThrow(
      expect.objectContaining({ kind: "invalid_package" }),
    );
    expect(existsSync(at("a.tar"))).toBe(false);
  });

  it("refuses more files than its reader takes", async () => {
    const sources = Array.from({ length: 10_000 }, (_, i) => ({ name: `f${i}`, content: Buffer.alloc(0) }));
    await expect(writePackage(at("a.tar"), sources)).rejects.toThrow("more than 9999 files");
  });

  it("tells of the file that it writes, which is gone in the end", async () => {
    const told: string[] = [];
    await write(writeFolder("one", ["MLmodel"], 1), "a.tar", { onTemporaryFile: (path) => told.push(path) });
    expect(told.map(dirname)).toEqual([folder.path]);
    expect(told.filter(existsSync)).toEqual([]);
  });
});
