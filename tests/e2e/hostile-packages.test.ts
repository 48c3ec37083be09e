import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { binarySize, paxEntry, rawEntry, TAR_END, tarOf } from "../support/raw-tar.js";
import { openWorkplace, type Workplace } from "./built-cli.js";

const MLMODEL = "flavors: { onnx: { data: model.onnx } }\n";
const MIB = 1024 * 1024;

/** A tar with one file of 10 GB, out of gzip members that each are 64 MiB of zeros. */
function bomb(): Buffer {
  const size = 160 * 64 * MIB;
  const head = gzipSync(rawEntry({ name: "weights", size: binarySize(BigInt(size)) }).subarray(0, 512));
  const zeros = gzipSync(Buffer.alloc(64 * MIB));
  return Buffer.concat([head, ...Array.from({ length: 160 }, () => zeros), gzipSync(TAR_END)]);
}

const before = (...entries: readonly Buffer[]): Buffer =>
  Buffer.concat([rawEntry({ name: "MLmodel", content: MLMODEL }), ...entries, TAR_END]);
const listed = (files: Readonly<Record<string, string>>, list: Readonly<Record<string, string>>): Buffer =>
  tarOf({
    ...files,
    SHA256SUMS: formatChecksums(new Map(Object.entries(list).map(([name, content]) => [name, sha256Of(content)]))),
  });

/** What each is, and what the one line must name. */
const HOSTILE: readonly { readonly name: string; readonly make: () => Buffer; readonly says: RegExp }[] = [
  { name: "a bomb of 10 GB", make: bomb, says: /refused as a bomb/ },
  {
    name: "a link to a secret",
    make: () => before(rawEntry({ name: "w", type: "2", link: "/etc/passwd" })),
    says: /entry "w": is a symbolic link/,
  },
  {
    name: "a hard link out of the folder",
    make: () => before(rawEntry({ name: "w", type: "1", link: "../x" })),
    says: /entry "w": is a hard link/,
  },
  {
    name: "a link, and a file through it",
    make: () => before(rawEntry({ name: "d", type: "2", link: ".." }), rawEntry({ name: "d/escaped", content: "x" })),
    says: /entry "d": is a symbolic link/,
  },
  { name: "a device", make: () => before(rawEntry({ name: "null", type: "3" })), says: /is a character device/ },
  {
    name: "a name that leads out",
    make: () => before(rawEntry({ name: "../../escaped", content: "x" })),
    says: /file "\.\.\/\.\.\/escaped"/,
  },
  {
    name: "an absolute name",
    make: () => before(rawEntry({ name: "/tmp/escaped", content: "x" })),
    says: /file "\/tmp\/escaped": .*absolute/,
  },
  { name: "a name of Windows", make: () => before(rawEntry({ name: "..\\escaped", content: "x" })), says: /backslash/ },
  {
    name: "a name that writes on the terminal",
    make: () => before(rawEntry({ name: "\u001b]0;owned\u0007\nmlserve: all is well", content: "x" })),
    says: /file "\\u001b\]0;owned\\u0007\\nmlserve: all is well"/,
  },
  {
    name: "a name of POSIX that leads out",
    make: () => before(paxEntry({ path: "../escaped" }), rawEntry({ name: "ok", content: "x" })),
    says: /file "\.\.\/escaped"/,
  },
  {
    name: "two MLmodel files",
    make: () => before(rawEntry({ name: "MLmodel", content: "flavors: {}\n" })),
    says: /file "MLmodel": there is another/,
  },
  {
    name: "two in case",
    make: () => before(rawEntry({ name: "mlmodel", content: "flavors: {}\n" })),
    says: /file "mlmodel": cannot stand beside "MLmodel"/,
  },
  {
    name: "a sparse file",
    make: () => before(rawEntry({ name: "w", type: "S", size: binarySize(2n ** 40n) })),
    says: /sparse file|bytes of files/,
  },
  {
    name: "a claim of 8 EiB",
    make: () => before(rawEntry({ name: "w", size: binarySize(2n ** 62n) })),
    says: /size that no file can have|bytes of files/,
  },
  {
    name: "ten thousand files",
    make: () => before(...Array.from({ length: 10_000 }, (_, i) => rawEntry({ name: `f${i}` }))),
    says: /more than 10000 files/,
  },
  {
    name: "a file in the place of a folder",
    make: () => before(rawEntry({ name: "MLmodel/x", content: "x" })),
    says: /cannot stand beside|another file/,
  },
  {
    name: "its end cut off",
    make: () => tarOf({ MLmodel: MLMODEL, w: "x".repeat(5000) }).subarray(0, 3000),
    says: /cut off/,
  },
  {
    name: "another archive behind its end",
    make: () => Buffer.concat([tarOf({ MLmodel: MLMODEL }), tarOf({ MLmodel: "flavors: {}" })]),
    says: /behind the end/,
  },
  {
    name: "a file that is not listed",
    make: () => listed({ MLmodel: MLMODEL, extra: "x" }, { MLmodel: MLMODEL }),
    says: /file "extra": is not in SHA256SUMS/,
  },
  {
    name: "a listed file that is missing",
    make: () => listed({ MLmodel: MLMODEL }, { MLmodel: MLMODEL, w: "x" }),
    says: /file "w": is in SHA256SUMS but missing/,
  },
  {
    name: "a changed file",
    make: () => listed({ MLmodel: MLMODEL, w: "y" }, { MLmodel: MLMODEL, w: "x" }),
    says: /file "w": is not the file/,
  },
  {
    name: "a billion laughs",
    make: () =>
      tarOf({
        MLmodel: `a: &a [x, x, x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? "a" : `b${i - 1}`}, *${i === 0 ? "a" : `b${i - 1}`}]`).join("\n")}\n`,
      }),
    says: /MLmodel: .*alias|MLmodel/,
  },
  {
    name: "YAML that runs code",
    make: () => tarOf({ MLmodel: "flavors: !!js/function 'function() { process.exit(42) }'\n" }),
    says: /MLmodel/,
  },
];

let workplace: Workplace;
beforeAll(() => {
  workplace = openWorkplace();
  mkdirSync(join(workplace.cwd, "inside"));
});
afterAll(() => workplace[Symbol.dispose]());

/** Everything around the folder that a package is unpacked in. */
const around = (): string[] =>
  [join(workplace.cwd, ".."), workplace.cwd, "/tmp"].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.includes("escaped")),
  );

describe("a package with", () => {
  it.each(HOSTILE.flatMap((row) => ["inspect", "serve"].map((command) => ({ ...row, command }))))(
    "$name ends $command in one line, and leaves nothing",
    async ({ make, says, command }) => {
      writeFileSync(join(workplace.cwd, "inside", "model.tar"), make());
      const { code, stdout, stderr, left } = await workplace.run([command, "inside/model.tar"]);
      expect({ code, stdout, left, around: around() }).toEqual({ code: 3, stdout: "", left: [], around: [] });
      expect(stderr.split("\n")).toEqual([expect.stringMatching(says), ""]);
      expect(stderr).toMatch(/^mlserve: error: [\x20-\x7e—…]*\n$/);
    },
  );
});
