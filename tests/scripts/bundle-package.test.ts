import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../e2e/built-cli.js";

const DIST = join(ROOT, "dist");
const IMPORT = /^(?:import|export)\b[^"'`;]*?from "([^"]+)";$|^import "([^"]+)";$/gm;
const LATE_IMPORT = /\bimport\("([^"]+)"\)/g;

/** A built file as its name in `dist`, without the mark of its content. */
const nameOf = (path: string): string => relative(DIST, path).replace(/-[\w-]{8}\.js$/, "");

function importsOf(path: string): string[] {
  return Array.from(readFileSync(path, "utf8").matchAll(IMPORT), ([, from, bare]) => from ?? bare ?? "");
}

/** All files that are read at once with one of `dist`. */
function readWith(file: string): string[] {
  const seen = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const wanted of importsOf(path)) if (wanted.startsWith(".")) follow(join(dirname(path), wanted));
  };
  follow(join(DIST, file));
  return Array.from(seen, nameOf);
}

const files = readdirSync(DIST, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".js"))
  .map((name) => join(DIST, name));

describe("what is built", () => {
  it("reads next to nothing before it knows what is asked for", () => {
    expect(readWith("cli/main.js").sort()).toEqual(["chunks/quick", "chunks/rolldown-runtime", "cli/main.js"]);
  });

  it("reads no command line and no server in a worker", () => {
    const read = readWith("src/workers/worker.js");
    for (const needed of ["chunks/engine", "chunks/values"]) expect(read).toContain(needed);
    for (const other of ["command", "opening", "serve", "server"]) expect(read).not.toContain(`chunks/${other}`);
  });

  it.each(["src/index.js", "src/testing/flavor-checks.js"])("runs no program for who imports %s", (file) => {
    const read = readWith(file);
    const programs = ["cli/main.js", "cli/watch/packing.js", "src/workers/worker.js"];
    expect(read.filter((name) => programs.includes(name))).toEqual([]);
  });

  it("imports no package that is not declared", () => {
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    );
    const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    const wanted = files.flatMap((path) => [
      ...importsOf(path),
      ...Array.from(readFileSync(path, "utf8").matchAll(LATE_IMPORT), ([, name = ""]) => name),
    ]);
    const packages = wanted.filter((name) => !name.startsWith(".") && !isBuiltin(name));
    const names = packages.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(names).toEqual(expect.arrayContaining(["archiver", "hyparquet", "apache-arrow"]));
    expect([...new Set(names)].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it("keeps each source to ASCII, so that it takes a byte a character", () => {
    expect(files.filter((path) => /[^\0-\x7f]/.test(readFileSync(path, "utf8"))).map(nameOf)).toEqual([]);
  });
});
