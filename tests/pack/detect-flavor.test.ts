import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import type { DescribedModel, Flavor } from "../../src/flavors/flavor.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { detectFlavor } from "../../src/pack/detect-flavor.js";
import { findSource } from "../../src/pack/find-source.js";
import { linearFlavor } from "../support/linear-flavor.js";
import { ELEMENT, identityModel } from "../support/onnx-builder.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const ONNX = identityModel(ELEMENT.float32, ["N"]);
const NONE = { inputs: undefined, outputs: undefined, params: undefined };

/** Knows folders with a weights.json, whatever file was named. */
const linear = linearFlavor(
  {},
  {
    looksFor: "a weights.json file",
    describe: async (files) =>
      files.has("weights.json") ? { flavors: { linear: { data: "weights.json" } }, signature: NONE } : undefined,
  },
);

const picky = linearFlavor(
  {},
  {
    name: "picky",
    async describe(files) {
      if (!files.has("picky.json")) return undefined;
      throw new MlserveError("unsupported_model", "has no layers", { where: '"picky.json"' });
    },
  },
);

async function detect(
  files: readonly string[],
  options: { readonly named?: string; readonly useFlavor?: string; readonly flavors?: readonly Flavor[] } = {},
): Promise<DescribedModel> {
  const { named, useFlavor, flavors = [onnxFlavor, linear, picky] } = options;
  for (const name of files) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), name.endsWith(".onnx") ? ONNX : "{}");
  }
  const source = await findSource(named === undefined ? folder.path : join(folder.path, named), useFlavor);
  if (source.kind !== "bare") throw new Error("it has an MLmodel file");
  return (await detectFlavor(source, createFlavorRegistry(flavors), useFlavor)).described;
}

describe("detectFlavor", () => {
  it.each([
    ["the only flavor that knows a folder", ["weights.json", "README.md"], {}, "linear"],
    ["another", ["model.onnx", "README.md"], {}, "onnx"],
    ["the one that is asked for, of several", ["model.onnx", "weights.json"], { useFlavor: "linear" }, "linear"],
    ["the one that knows the file that is named", ["model.onnx", "weights.json"], { named: "weights.json" }, "linear"],
    ["the other one for another file", ["model.onnx", "weights.json"], { named: "model.onnx" }, "onnx"],
    ["one of several files of a flavor, by its name", ["a.onnx", "b.onnx"], { named: "b.onnx" }, "onnx"],
    ["one beside a model.json of another library", ["model.onnx", "model.json"], { flavors: BUILTIN_FLAVORS }, "onnx"],
    ["another than a function, when it is asked for", ["predict.mjs", "model.onnx"], { useFlavor: "onnx" }, "onnx"],
    ["one where another flavor, not asked, cannot", ["model.onnx", "picky.json"], { useFlavor: "onnx" }, "onnx"],
  ])("takes %s", async (_, files, options, name) => {
    expect(Object.keys((await detect(files, options)).flavors)[0]).toBe(name);
  });

  it("takes nothing of what lies beside a file that was named, unless its flavor says so", async () => {
    expect((await detect(["weights.json", "other.txt"], { named: "weights.json" })).files).toEqual(["weights.json"]);
    expect((await detect(["weights.json", "other.txt"])).files).toBeUndefined();
  });

  it.each<[string, readonly string[], object, string, string]>([
    [
      "several flavors know",
      ["model.onnx", "weights.json"],
      {},
      "usage",
      "flavors: onnx (model.onnx), linear (weights.json). Say which one to pack: --flavor onnx or --flavor linear",
    ],
    [
      "one knows and another nearly does",
      ["picky.json", "weights.json"],
      {},
      "usage",
      'several flavors: linear (weights.json), picky ("picky.json": has no layers). Say which',
    ],
    ["one nearly knows", ["picky.json"], {}, "unsupported_model", '"picky.json": has no layers'],
    [
      "hold two models of one flavor",
      ["a.onnx", "b.onnx"],
      {},
      "usage",
      'there are 2 ONNX files here: "a.onnx", "b.onnx"',
    ],
    [
      "nobody knows",
      ["README.md"],
      { flavors: [onnxFlavor, linear] },
      "unsupported_model",
      "holds no model that can be packed. Expected an .onnx file, a weights.json file, or a folder that MLflow saved",
    ],
    [
      "have not what was asked for",
      ["model.onnx"],
      { useFlavor: "linear" },
      "unsupported_model",
      "holds no model that can",
    ],
    ["are asked of nobody known", ["model.onnx"], { useFlavor: "nope" }, "unknown_flavor", 'there is no flavor "nope"'],
    [
      "lie beside the one that was named",
      ["weights.json", "rows.csv"],
      { named: "rows.csv" },
      "unsupported_model",
      '/rows.csv": holds no model that can be packed',
    ],
    [
      "are of another kind",
      ["model.pkl", "model.onnx"],
      { named: "model.pkl" },
      "unsupported_model",
      "is a Python object",
    ],
  ])("says so when files %s", async (_, files, options, kind, says) => {
    await expect(detect(files, options)).rejects.toMatchObject({ kind, message: expect.stringContaining(says) });
  });
});
