import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleRuntime } from "../../scripts/bundle.mjs";
import { headline, packagesOf } from "../../scripts/bundled-licenses.mjs";
import { ROOT } from "../e2e/built-cli.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

describe("dist/licenses.txt", () => {
  it("names each package that is in a bundle, with its licence", async () => {
    const packages = await bundleRuntime(folder.path);
    const written = readFileSync(join(ROOT, "dist/licenses.txt"), "utf8");
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["@tensorflow/tfjs-core", "hono", "onnxruntime-node", "pino", "zod"]),
    );
    expect(packages.filter((one) => !written.includes(`\n${headline(one)}\n`))).toEqual([]);
    expect(packages.filter(({ text }) => text.length < 300 || !written.includes(text))).toEqual([]);
    const own = packages.map(({ name }) => join(ROOT, "node_modules", name, "LICENSE")).filter(existsSync);
    expect(own.filter((path) => !written.includes(readFileSync(path, "utf8").trim()))).toEqual([]);
  });

  it("is of the packages that a bundle took something of, wherever they are installed", () => {
    const taken = { bytesInOutput: 1 };
    const inputs = {
      "src/core/errors.ts": taken,
      "node_modules/hono/dist/index.js": taken,
      "node_modules/hono/dist/hono.js": taken,
      "node_modules/@hono/node-server/dist/index.mjs": taken,
      "node_modules/lazystream/node_modules/readable-stream/readable.js": taken,
      "node_modules/yaml/browser/index.js": { bytesInOutput: 0 },
    };
    const packages = packagesOf([{ outputs: { "runtime.mjs": { inputs } } }, { outputs: {} }]);
    expect(packages.map(({ name }) => name).sort()).toEqual(["@hono/node-server", "hono", "readable-stream"]);
  });
});
