import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/core/yaml-reader.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { openModel } from "../../src/format/open-model.js";
import { type PackOptions, pack } from "../../src/pack/pack.js";
import { modelPath } from "../support/golden.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const flavors = createFlavorRegistry([onnxFlavor]);

const packTo = (source: string, options: Partial<PackOptions> = {}) =>
  pack({ source, output: at("out.tar"), flavors, selfTest: false, ...options });

/** The files of a package by name, its checksums proven. */
async function contentOf(file = at("out.tar")): Promise<Map<string, string>> {
  mkdirSync(at("tmp"), { recursive: true });
  await using model = await openModel(file, { requireChecksums: true, temporaryFolder: at("tmp") });
  const contents = model.files.names.map(
    async (name) => [name, Buffer.from(await model.files.read(name)).toString("latin1")] as const,
  );
  return new Map(await Promise.all(contents));
}

const descriptorOf = async (file?: string) => readYaml((await contentOf(file)).get("MLmodel") ?? "");

function copyModel(model: string, name: string): string {
  cpSync(modelPath(model), at(name), { recursive: true });
  return at(name);
}

/** A bare ONNX file under another name, its weights beside it. */
function copyBare(name: string, model = "cnn_small", weights = "cnn_weights.data"): string {
  mkdirSync(at(name));
  cpSync(join(modelPath(model), "model.onnx"), at(name, "net.onnx"));
  cpSync(join(modelPath(model), weights), at(name, weights));
  return at(name, "net.onnx");
}

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

describe("pack of a bare ONNX file", () => {
  it("writes the MLmodel file that MLflow would, with the weights that lie beside the file", async () => {
    const result = await packTo(copyBare("one"), { modifiedAt: new Date("2026-01-02T03:04:05Z") });
    expect([...(await contentOf()).keys()]).toEqual(["MLmodel", "cnn_weights.data", "net.onnx"]);
    expect(await descriptorOf()).toMatchObject({
      flavors: { onnx: { data: "net.onnx" }, python_function: { data: "net.onnx", loader_module: "mlflow.onnx" } },
      is_signature_from_type_hint: false,
      mlflow_version: "3.17.2",
      model_size_bytes: readFileSync(at("one", "net.onnx")).length + readFileSync(at("one", "cnn_weights.data")).length,
      model_uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      signature: {
        inputs: '[{"name": "image", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3, 32, 32]}}]',
        outputs: '[{"name": "probs", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 10]}}]',
        params: null,
      },
      utc_time_created: "2026-01-02 03:04:05.000000",
    });
    expect(result).toMatchObject({ name: "net", flavors: ["onnx", "python_function"], warnings: [] });
  });

  it("gives the same bytes from the file and from its folder, in another place and beside other files", async () => {
    const first = await packTo(copyBare("one"), { output: at("1.tar") });
    copyBare("two");
    for (const name of ["notes.txt", "x.data"]) writeFileSync(at("two", name), "x");
    symlinkSync("/etc/hostname", at("two", "link"));
    expect(await packTo(at("two"), { output: at("2.tar") })).toMatchObject({ sha256: first.sha256, name: "two" });
    writeFileSync(at("two", "other.onnx"), "another model");
    expect(await packTo(at("two", "net.onnx"), { output: at("3.tar") })).toMatchObject({
      sha256: first.sha256,
      name: "net",
    });
  });

  it("gives other content another uuid", async () => {
    await packTo(copyBare("one"), { output: at("1.tar") });
    await packTo(copyBare("two", "embed_tiny", "797f26ae-e75c-11f1-9ced-02fc00000001.data"), { output: at("2.tar") });
    const uuids = [await descriptorOf(at("1.tar")), await descriptorOf(at("2.tar"))].map((raw) => raw.model_uuid);
    expect(new Set(uuids).size).toBe(2);
  });

  it("takes a name and an input example", async () => {
    mkdirSync(at("one"));
    cpSync(join(modelPath("iris_zipmap"), "model.onnx"), at("one", "iris.ONNX"));
    writeFileSync(at("example.json"), "[[5.1, 3.5, 1.4, 0.2]]");
    const { name, warnings } = await packTo(at("one", "iris.ONNX"), {
      name: "flower power",
      inputExample: at("example.json"),
    });
    expect({ name, warnings }).toEqual({ name: "flower power", warnings: [] });
    expect(await descriptorOf()).toMatchObject({
      metadata: { mlserve: { name: "flower power" } },
      saved_input_example_info: { artifact_path: "input_example.json", type: "ndarray" },
    });
    expect(JSON.parse((await contentOf()).get("serving_input_example.json") ?? "")).toEqual({
      inputs: [[5.1, 3.5, 1.4, 0.2]],
    });
  });

  it("tells how far it is, up to the end", async () => {
    const told: [number, number][] = [];
    await packTo(copyBare("one"), { onProgress: (done, total) => told.push([done, total]) });
    const [done, total] = told.at(-1) ?? [];
    expect(told.length).toBeGreaterThan(3);
    expect(done).toBe(total);
  });

  it("refuses to write over a file of the model", async () => {
    const source = copyBare("one");
    for (const output of [source, at("one", "cnn_weights.data")]) {
      await expect(packTo(source, { output })).rejects.toThrow(expect.objectContaining({ kind: "usage" }));
    }
    expect(readFileSync(source).equals(readFileSync(join(modelPath("cnn_small"), "model.onnx")))).toBe(true);
  });

  it("refuses weights that are missing, before it writes anything", async () => {
    mkdirSync(at("one"));
    cpSync(join(modelPath("cnn_small"), "model.onnx"), at("one", "net.onnx"));
    await expect(packTo(at("one", "net.onnx"))).rejects.toThrow('"cnn_weights.data" is missing');
    expect(existsSync(at("out.tar"))).toBe(false);
  });

  it.each([
    { name: "nothing", make: () => {}, source: "nope", kind: "model_not_found", reason: /there is no file or folder/ },
    {
      name: "an empty folder",
      make: () => mkdirSync(at("one")),
      source: "one",
      kind: "unsupported_model",
      reason: /holds no model that can be packed.*docs\/export\.md/,
    },
    {
      name: "a folder of two ONNX files",
      make: () => {
        copyBare("one");
        writeFileSync(at("one", "b.onnx"), "");
      },
      source: "one",
      kind: "usage",
      reason: /2 ONNX files.*Name the one/,
    },
    {
      name: "a file that is no ONNX",
      make: () => writeFileSync(at("x.onnx"), "hello"),
      source: "x.onnx",
      kind: "invalid_model",
      reason: /x\.onnx/,
    },
    {
      name: "a pickle",
      make: () => writeFileSync(at("m.pkl"), ""),
      source: "m.pkl",
      kind: "unsupported_model",
      reason: /skl2onnx\.to_onnx/,
    },
    {
      name: "a PyTorch file",
      make: () => writeFileSync(at("m.pt"), ""),
      source: "m.pt",
      kind: "unsupported_model",
      reason: /torch\.onnx\.export/,
    },
    {
      name: "a Keras file",
      make: () => writeFileSync(at("m.keras"), ""),
      source: "m.keras",
      kind: "unsupported_model",
      reason: /tf2onnx/,
    },
    {
      name: "any other file",
      make: () => writeFileSync(at("m.txt"), ""),
      source: "m.txt",
      kind: "unsupported_model",
      reason: /Expected an \.onnx file/,
    },
    {
      name: "a package",
      make: () => writeFileSync(at("m.tar.gz"), ""),
      source: "m.tar.gz",
      kind: "unsupported_model",
      reason: /packed already/,
    },
    {
      name: "an MLmodel file",
      make: () => writeFileSync(at("MLmodel"), ""),
      source: "MLmodel",
      kind: "usage",
      reason: /Pack the folder/,
    },
  ])("says in one line what is wrong with $name", async ({ make, source, kind, reason }) => {
    make();
    const before = readdirSync(folder.path);
    await expect(packTo(at(source))).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringMatching(reason) }),
    );
    await expect(packTo(at(source))).rejects.toThrow(/^[^\n]*$/);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it.each(["a/b", "..", "", "a\nb", "NUL"])("refuses the name %j", async (name) => {
    const source = copyBare("one");
    await expect(pack({ source, flavors, name })).rejects.toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it.each(["", "a\u001b[2J"])("refuses the name %j wherever the package goes", async (name) => {
    await expect(packTo(copyBare("one"), { name })).rejects.toThrow(expect.objectContaining({ kind: "usage" }));
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });
});
