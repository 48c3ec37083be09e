import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { openModel } from "../../src/format/open-model.js";
import { layerBytes } from "../../src/images/layer-bytes.js";
import { modelLayer } from "../../src/images/model-layer.js";
import { pack } from "../../src/pack/pack.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const SUM = join(import.meta.dirname, "..", "fixtures", "models", "py_sum");
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
const folder = useTemporaryFolder();

describe("the layer of a model", () => {
  it("holds the files of a package with its checksums, in a folder of the model's name", async () => {
    await pack({ source: SUM, output: folder.at("sum.tar"), temporaryFolder: folder.path, flavors });
    await using model = await openModel(folder.at("sum.tar"));
    const { title, files, digest } = await modelLayer(model);
    expect(title).toBe("model");
    expect(files.map(({ path }) => path)).toEqual(
      [...model.files.names, "SHA256SUMS"].sort().map((name) => `/opt/mlserve/models/sum/${name}`),
    );
    expect(digest).toBe(model.digest);
    expect(files.every(({ mode }) => mode === 0o644)).toBe(true);
  });

  it("gets checksums where the model has none", async () => {
    await using model = await openModel(SUM);
    const { files, digest } = await modelLayer(model);
    const list = files.find(({ path }) => basename(path) === "SHA256SUMS")?.source ?? "";
    expect(createHash("sha256").update(list).digest("hex")).toBe(digest);
    expect(list.toString()).toMatch(/^[0-9a-f]{64} {2}MLmodel$/m);
    expect(await layerBytes(files)).toBeGreaterThan(list.length);
  });

  it.each(["name with ünicode", "..a"])("lies in a folder called %j as the model is", async (name) => {
    cpSync(SUM, folder.at(name), { recursive: true });
    await using model = await openModel(folder.at(name));
    expect((await modelLayer(model)).files[0]?.path).toContain(`/models/${name}/`);
  });

  it.each(["a/b", "..", "x".repeat(300)])("lies in a folder called model where %j can be no folder", async (name) => {
    await using model = await openModel(SUM);
    expect((await modelLayer({ ...model, name })).files[0]?.path).toContain("/models/model/");
  });
});
