import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { defineFlavor } from "../../src/flavors/flavor.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { openModel } from "../../src/format/open-model.js";
import { SELF_TEST_FILE } from "../../src/format/self-test-file.js";
import { validateModel } from "../../src/pack/validate.js";
import { loadModel } from "../../src/serve/load.js";
import { modelPath } from "../support/golden.js";
import { ELEMENT, identityModel, node, onnxModel, tensorType, value } from "../support/onnx-builder.js";
import { ONNX as flavors } from "../support/onnx-folder.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const { packTo, contentOf } = usePacking(folder);

/** Unpacks a package, lets a test change it, and makes its checksums right again. */
async function unpack(change: (folder: string) => void = () => {}): Promise<string> {
  await using model = await openModel(at("out.tar"), { temporaryFolder: folder.path });
  for (const name of model.files.names) {
    mkdirSync(dirname(at("model", name)), { recursive: true });
    writeFileSync(at("model", name), await model.files.read(name));
  }
  change(at("model"));
  const names = readdirSync(at("model"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at("model").length + 1));
  const sums = new Map(names.map((name) => [name, sha256Of(readFileSync(at("model", name)))]));
  writeFileSync(at("model", "SHA256SUMS"), formatChecksums(sums));
  return at("model");
}

/** The self-test of a package as plain JSON. */
async function selfTestOf(file = at("out.tar")) {
  return JSON.parse((await contentOf(file)).get(SELF_TEST_FILE) ?? "");
}

function editSelfTest(edit: (test: Awaited<ReturnType<typeof selfTestOf>>) => void): (folder: string) => void {
  return (model) => {
    const file = join(model, SELF_TEST_FILE);
    const test = JSON.parse(readFileSync(file, "utf8"));
    edit(test);
    writeFileSync(file, JSON.stringify(test));
  };
}

async function serve(source: string): Promise<void> {
  const served = await loadModel(source, { flavors, selfTest: true });
  await served[Symbol.asyncDispose]();
}

const toldBy = async (source: string): Promise<string[]> =>
  (await validateModel(source, { flavors, run: true, temporaryFolder: folder.path })).map(
    ({ check, message }) => `${check}: ${message}`,
  );

describe("a model without an input example", () => {
  /** Only the runtime knows that there is no such operator. */
  const unknown = onnxModel({
    nodes: [node({ operator: "NoSuchOperator", inputs: ["x"], outputs: ["y"] })],
    inputs: [value("x", tensorType(ELEMENT.float32, ["N"]))],
    outputs: [value("y", tensorType(ELEMENT.float32, ["N"]))],
  });

  it("is loaded, and refused for what only the runtime knows; then nothing is written", async () => {
    writeFileSync(at("m.onnx"), unknown);
    await expect(packTo(at("m.onnx"))).rejects.toMatchObject({
      kind: "unsupported_model",
      message: expect.stringContaining("does not know its operator NoSuchOperator"),
    });
    expect(readdirSync(folder.path)).toEqual(["m.onnx"]);
  });

  it("is packed all the same where no runtime is to be asked", async () => {
    writeFileSync(at("m.onnx"), unknown);
    expect(await packTo(at("m.onnx"), { selfTest: false })).toMatchObject({ selfTest: "off" });
  });

  it("is packed on a machine without the runtime", async () => {
    writeFileSync(at("m.onnx"), identityModel(ELEMENT.float32, ["N"]));
    const missing = new MlserveError("flavor_unavailable", "the runtime is not installed");
    const withoutRuntime = defineFlavor({ ...onnxFlavor, load: () => Promise.reject(missing) });
    const packed = await packTo(at("m.onnx"), { flavors: createFlavorRegistry([withoutRuntime]) });
    expect(packed.selfTest).toBe("no_example");
  });
});

describe("pack of a model with an input example", () => {
  it("records every output with its dtype, shape and digits", async () => {
    expect(await packTo(modelPath("iris_logreg_tensor"))).toMatchObject({
      selfTest: "recorded",
      files: expect.arrayContaining([expect.objectContaining({ name: SELF_TEST_FILE })]),
    });
    const { data, ...probabilities } = (await selfTestOf()).outputs[1];
    expect(await selfTestOf()).toEqual({
      version: 1,
      request: "serving_input_example.json",
      platform: {
        os: process.platform,
        arch: process.arch,
        runtime: "onnxruntime-node",
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
      tolerance: { float32: { relative: 0.0001, absolute: 0.000001 } },
      outputs: [
        { name: "label", dtype: "int64", shape: [2], data: [0, 0] },
        { data, ...probabilities },
      ],
    });
    expect(probabilities).toEqual({ name: "probabilities", dtype: "float32", shape: [2, 3] });
    expect(data.map(Math.fround)).toEqual(data);
    expect(data).toHaveLength(6);
  });

  it.each(["iris_zipmap", "iris_zipmap_str", "text_tfidf", "xgb_reg", "lgbm_bin", "housing_num", "embed_tiny"])(
    "%s gives the same bytes twice, and passes its own self-test",
    async (model) => {
      const first = await packTo(modelPath(model), { output: at("first.tar.gz") });
      const second = await packTo(modelPath(model), { output: at("second.tar.gz") });
      expect(second.sha256).toBe(first.sha256);
      await serve(at("first.tar.gz"));
      expect(await toldBy(at("first.tar.gz"))).toEqual([]);
    },
  );

  it("uses the example that it is given, with a bare model too", async () => {
    writeFileSync(at("example.json"), '{"inputs": {"X": [[5.1, 3.5, 1.4, 0.2]]}}');
    const source = join(modelPath("iris_logreg_tensor"), "model.onnx");
    expect(await packTo(source, { inputExample: at("example.json") })).toMatchObject({ selfTest: "recorded" });
    expect((await selfTestOf()).outputs[0]).toEqual({ name: "label", dtype: "int64", shape: [1], data: [0] });
    await serve(at("out.tar"));
  });

  it("leaves it out when asked to, also one of an earlier package", async () => {
    await packTo(modelPath("iris_zipmap"));
    const model = await unpack();
    const { selfTest, files } = await packTo(model, { selfTest: false, output: at("off.tar") });
    expect(selfTest).toBe("off");
    expect(files.map(({ name }) => name)).not.toContain(SELF_TEST_FILE);
    const again = await packTo(model, { output: at("again.tar") });
    expect(again.sha256).toBe(sha256Of(readFileSync(at("out.tar"))));
  });

  it("has none without an example", async () => {
    const { selfTest, files } = await packTo(modelPath("nosig_xgb"));
    expect({ selfTest, names: files.map(({ name }) => name) }).toEqual({
      selfTest: "no_example",
      names: expect.not.arrayContaining([SELF_TEST_FILE]),
    });
    await expect(serve(at("out.tar"))).rejects.toThrow("the model has no self-test");
  });

  it("fails in one line when the model does not run on its example, and leaves nothing behind", async () => {
    cpSync(modelPath("iris_logreg_tensor"), at("model"), { recursive: true });
    const mlmodel = readFileSync(at("model", "MLmodel"), "utf8").replace(/signature:[\s\S]*params: null\n/, "");
    writeFileSync(at("model", "MLmodel"), mlmodel);
    writeFileSync(at("model", "serving_input_example.json"), '{"inputs": {"X": [[77.5, 88.5]]}}');
    await expect(packTo(at("model"))).rejects.toThrow(
      expect.objectContaining({
        kind: "model_rejected_input",
        message: expect.stringMatching(
          /^self-test with "serving_input_example.json": input "X": expected the shape [^\n]*--no-self-test$/,
        ),
      }),
    );
    await expect(packTo(at("model"))).rejects.not.toThrow(/77\.5|88\.5/);
    expect(readdirSync(folder.path)).toEqual(["model"]);
    expect(await packTo(at("model"), { selfTest: false })).toMatchObject({ selfTest: "off" });
  });
});

describe("the self-test of a package", () => {
  it.each([
    { name: "a number within the tolerance", edit: (value: number) => value * (1 + 5e-5), passes: true },
    { name: "a number beyond the tolerance", edit: (value: number) => value * 1.01, passes: false },
  ])("compares $name", async ({ edit, passes }) => {
    await packTo(modelPath("iris_logreg_tensor"));
    const model = await unpack(
      editSelfTest(({ outputs }) => {
        outputs[1].data[4] = edit(outputs[1].data[4]);
      }),
    );
    const message = 'self-test: output "probabilities", position [1, 1]: the value is not the recorded one';
    expect(await toldBy(model)).toEqual(passes ? [] : [expect.stringContaining(`self_test: ${message}`)]);
    const serving = expect(serve(model));
    if (passes) await serving.resolves.toBeUndefined();
    else
      await serving.rejects.toThrow(
        expect.objectContaining({ kind: "invalid_model", message: expect.stringMatching(/^self-test: [^\n]*$/) }),
      );
  });

  it("finds out when the model behind it is another, though its checksums are right", async () => {
    await packTo(modelPath("xgb_reg"));
    const model = await unpack((folderOfModel) =>
      cpSync(join(modelPath("lgbm_reg"), "model.onnx"), join(folderOfModel, "model.onnx")),
    );
    expect(await toldBy(model)).toEqual([
      expect.stringMatching(/^self_test: self-test: output "variable", position \[0, 0\]: /),
    ]);
  });

  it.each([
    {
      name: "a request that is missing",
      edit: { request: "gone.json" },
      reason: `self_test: its request "gone.json" is not among the model's files`,
    },
    { name: "another version", edit: { version: 2 }, reason: 'self_test: file "mlserve/self_test.json": version' },
    {
      name: "a shape that does not fit",
      edit: { outputs: [{ name: "label", dtype: "int64", shape: [3], data: [0] }] },
      reason: 'self_test: file "mlserve/self_test.json": outputs.0: the shape does not fit the data',
    },
  ])("is refused with $name, and told once", async ({ edit, reason }) => {
    await packTo(modelPath("iris_logreg_tensor"));
    const model = await unpack(editSelfTest((test) => Object.assign(test, edit)));
    expect(await toldBy(model)).toEqual([expect.stringContaining(reason)]);
    await expect(serve(model)).rejects.toThrow(expect.objectContaining({ kind: "invalid_package" }));
  });
});
