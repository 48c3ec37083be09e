import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { statedSize } from "../install/stated-size.js";
import { ROOT } from "./built-cli.js";

const PACKED = z.tuple([
  z.object({
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string(), size: z.number(), mode: z.number() })),
  }),
]);

/** What images are made of: docs/decisions/015-bundled-runtime.md. */
const RUNTIME = [
  ...["dist/runtime.mjs", "dist/runtime-tfjs.mjs", "dist/licenses.txt"],
  ...["dist/tfjs-backend-wasm-simd.wasm", "dist/tfjs-backend-wasm.wasm"],
];

/** What `npm publish` would send. */
const [packed] = PACKED.parse(
  JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], { cwd: ROOT, encoding: "utf8" })),
);
const paths = packed.files.map(({ path }) => path);

describe("the published package", () => {
  it("holds what runs, its types, what init copies, and what npm shows", () => {
    const wanted = /^dist\/(src|cli|chunks)\/.*\.js$|^dist\/src\/.*\.d\.ts$|^templates\//;
    const others = paths.filter((path) => !wanted.test(path));
    expect(others.sort()).toEqual(["LICENSE", "README.md", ...RUNTIME, "package.json"].sort());
    for (const needed of ["dist/cli/main.js", "dist/src/index.js", "dist/src/index.d.ts", "dist/src/workers/worker.js"])
      expect(paths).toContain(needed);
  });

  it("has a command that may be run", () => {
    const [main] = packed.files.filter(({ path }) => path === "dist/cli/main.js");
    expect((main?.mode ?? 0) & 0o111).toBe(0o111);
  });

  it.each([
    { what: "the package itself, packed", size: packed.size, most: 2_000_000 },
    { what: "the package itself, unpacked", size: packed.unpackedSize, most: 7_000_000 },
  ])("is as large as docs/install.md says, and no larger than is right: $what", ({ what, size, most }) => {
    expect(size).toBeLessThan(most);
    expect(Math.abs(size / statedSize(what) - 1)).toBeLessThan(0.15);
  });

  it("has no file beyond 64 KiB but the runtime and what is read at every start: another would be data", () => {
    const large = packed.files.filter(({ size }) => size > 64 * 1024).map(({ path }) => path);
    // The groups of scripts/bundle-package.mjs.
    const names = large.map((path) => path.replace(/^dist\/chunks\/(\w+)-[\w-]+\.js$/, "$1"));
    expect(names.sort()).toEqual(["command", "engine", "opening", "serve", "server", "values", ...RUNTIME].sort());
  });
});
