import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundlePackage } from "../../scripts/bundle-package.mjs";
import { bundleRuntime } from "../../scripts/bundle-runtime.mjs";
import { headline, packagesOf } from "../../scripts/bundled-licenses.mjs";
import { ROOT } from "../e2e/built-cli.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

describe("dist/licenses.txt", () => {
  it("names each package that is in a bundle, with its licence", async () => {
    const files = [...(await bundlePackage(folder.path)), ...(await bundleRuntime(folder.path))];
    const packages = packagesOf(files);
    const written = readFileSync(join(ROOT, "dist/licenses.txt"), "utf8");
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["@tensorflow/tfjs-core", "hono", "onnxruntime-node", "pino", "rolldown", "zod"]),
    );
    expect(packages.filter((one) => !written.includes(`\n${headline(one)}\n`))).toEqual([]);
    expect(packages.filter(({ text }) => text.length < 300 || !written.includes(text))).toEqual([]);
    const own = packages.map(({ name }) => join(ROOT, "node_modules", name, "LICENSE")).filter(existsSync);
    expect(own.filter((path) => !written.includes(readFileSync(path, "utf8").trim()))).toEqual([]);
  });

  it("is of packages, wherever they are installed", () => {
    const packages = packagesOf([
      "src/core/errors.ts",
      "node_modules/hono/dist/index.js",
      "node_modules/hono/dist/hono.js",
      "node_modules/@hono/node-server/dist/index.mjs",
      "node_modules/lazystream/node_modules/readable-stream/readable.js",
    ]);
    expect(packages.map(({ name }) => name).sort()).toEqual(["@hono/node-server", "hono", "readable-stream"]);
  });
});
