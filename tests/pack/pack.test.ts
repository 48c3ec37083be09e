import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/core/yaml-reader.js";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { openModel } from "../../src/format/open-model.js";
import { modelPath } from "../support/golden.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const { packTo, contentOf, descriptorOf, copyModel } = usePacking(folder, { selfTest: false });

describe("pack of a folder that MLflow saved", () => {
  it.each(["iris_zipmap", "cnn_small", "embed_tiny", "legacy_mlmodel", "onnx_session_opts", "nosig_xgb"])(
    "keeps every byte of %s and lists it",
    async (model) => {
      const result = await packTo(modelPath(model));
      const contents = await contentOf();
      const names = readdirSync(modelPath(model));
      expect([...contents.keys()].sort()).toEqual(names.sort());
      for (const name of names) expect(contents.get(name)).toBe(readFileSync(join(modelPath(model), name), "latin1"));
      expect(result).toMatchObject({
        name: model,
        output: at("out.tar"),
        warnings: [],
        flavors: ["onnx", "python_function"],
      });
      expect(result.sha256).toBe(sha256Of(readFileSync(at("out.tar"))));
      expect(result.bytes).toBe(readFileSync(at("out.tar")).length);
    },
  );

  it("gives the same bytes in another place, at another time, twice", async () => {
    const first = await packTo(copyModel("trees100", "one"), { output: at("1.tar.gz") });
    const second = copyModel("trees100", "two");
    for (const name of readdirSync(second)) utimesSync(join(second, name), 1, 1);
    expect(await packTo(second, { output: at("2.tar.gz") })).toMatchObject({
      sha256: first.sha256,
      digest: first.digest,
    });
  });

  it("changes nothing in a package that was unpacked", async () => {
    const first = await packTo(modelPath("iris_zipmap"), { name: "flowers" });
    mkdirSync(at("again"));
    for (const [name, content] of await contentOf()) writeFileSync(at("again", name), content, "latin1");
    const sums = new Map(first.files.map(({ name, sha256 }) => [name, sha256]));
    writeFileSync(at("again", "SHA256SUMS"), formatChecksums(sums));
    expect(await packTo(at("again"), { output: at("2.tar") })).toMatchObject({
      sha256: first.sha256,
      name: "flowers",
      warnings: [],
    });
  });

  it("refuses a folder whose checksums are wrong, and drops a signature of the old ones with a warning", async () => {
    const source = copyModel("iris_zipmap", "one");
    const sums = new Map(readdirSync(source).map((name) => [name, sha256Of(readFileSync(join(source, name)))]));
    writeFileSync(join(source, "SHA256SUMS"), formatChecksums(sums));
    writeFileSync(join(source, "SHA256SUMS.sig"), "signed");
    expect((await packTo(source)).warnings).toEqual([expect.stringContaining("SHA256SUMS.sig is left out")]);
    expect((await contentOf()).has("SHA256SUMS.sig")).toBe(false);
    writeFileSync(join(source, "requirements.txt"), "changed");
    await expect(packTo(source)).rejects.toThrow(expect.objectContaining({ kind: "checksum_mismatch" }));
  });

  it("leaves out what tools left in the folder, and keeps what a registry wrote", async () => {
    const source = copyModel("iris_zipmap", "one");
    mkdirSync(join(source, ".git"));
    for (const name of [".git/HEAD", ".DS_Store", "registered_model_meta"]) writeFileSync(join(source, name), "x");
    await packTo(source);
    const names = [...(await contentOf()).keys()];
    expect(names).toContain("registered_model_meta");
    expect(names.filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("does not pack its own package when that lies in the folder", async () => {
    const source = copyModel("iris_zipmap", "one");
    const output = join(source, "iris.tar");
    const first = await packTo(source, { output });
    expect(await packTo(source, { output })).toMatchObject({ sha256: first.sha256 });
    expect((await contentOf(output)).has("iris.tar")).toBe(false);
  });

  it("writes the name into metadata, and leaves what stands there", async () => {
    const before = readYaml(readFileSync(join(modelPath("onnx_session_opts"), "MLmodel"), "utf8"));
    expect((await packTo(modelPath("onnx_session_opts"), { name: "no: 1" })).name).toBe("no: 1");
    expect(await descriptorOf()).toEqual({
      ...before,
      metadata: { ...Object(before.metadata), mlserve: { name: "no: 1", packed_with: expect.anything() } },
    });
    await using model = await openModel(at("out.tar"), { temporaryFolder: at("tmp") });
    expect(model.name).toBe("no: 1");
  });

  it("puts an input example in, in the place of the old one", async () => {
    writeFileSync(
      at("example.json"),
      JSON.stringify([
        { "sepal length (cm)": 1, "sepal width (cm)": 2, "petal length (cm)": 3, "petal width (cm)": 4 },
      ]),
    );
    await packTo(modelPath("iris_zipmap"), { inputExample: at("example.json") });
    const contents = await contentOf();
    expect(contents.get("input_example.json")).toContain("[[1, 2, 3, 4]]");
    expect(await descriptorOf()).toMatchObject({
      saved_input_example_info: {
        artifact_path: "input_example.json",
        serving_input_path: "serving_input_example.json",
        type: "dataframe",
      },
    });
  });

  it.each([
    { name: "that only Python can run", model: "py_sum", kind: "unsupported_model", reason: /docs\/export\.md/ },
    {
      name: "whose weights are missing",
      model: "cnn_small",
      without: "cnn_weights.data",
      kind: "invalid_model",
      reason: /"cnn_weights.data" is missing/,
    },
    {
      name: "whose graph is missing",
      model: "cnn_small",
      without: "model.onnx",
      kind: "invalid_descriptor",
      reason: /model\.onnx/,
    },
  ])("refuses a model $name before it writes anything", async ({ model, without, kind, reason }) => {
    mkdirSync(at("one"));
    for (const name of readdirSync(modelPath(model)))
      if (name !== without) cpSync(join(modelPath(model), name), at("one", name));
    await expect(packTo(at("one"))).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringMatching(reason) }),
    );
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });
});
