import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { pack } from "../../src/pack/pack.js";
import { type ValidateOptions, validateModel } from "../../src/pack/validate.js";
import { goldenModels, modelPath } from "../support/golden.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const flavors = createFlavorRegistry([onnxFlavor]);

const ONNX_MODELS = goldenModels().filter((model) => existsSync(join(modelPath(model), "model.onnx")));

const findingsOf = (source: string, options: Partial<ValidateOptions> = {}) =>
  validateModel(source, { flavors, temporaryFolder: folder.path, ...options });

/** Each finding as `error signature: text`. */
async function told(source: string, options: Partial<ValidateOptions> = {}): Promise<string[]> {
  const findings = await findingsOf(source, options);
  return findings.map(({ severity, check, message }) => `${severity} ${check}: ${message}`);
}

/** A copy of a model with its checksums, changed by a test. */
function copyModel(model: string, change: (folder: string) => void = () => {}): string {
  cpSync(modelPath(model), at("model"), { recursive: true });
  change(at("model"));
  return at("model");
}

function addChecksums(model: string): void {
  const names = readdirSync(model);
  const sums = new Map(names.map((name) => [name, sha256Of(readFileSync(join(model, name)))]));
  writeFileSync(join(model, "SHA256SUMS"), formatChecksums(sums));
}

function editMlmodel(model: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(model, "MLmodel"), "utf8");
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${from} does not stand in the MLmodel file`);
  writeFileSync(join(model, "MLmodel"), edited);
}

describe("validateModel", () => {
  it.each(ONNX_MODELS)("finds no error in %s, which MLflow serves, even when it is run", async (model) => {
    const findings = await findingsOf(modelPath(model), { run: true });
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("finds nothing at all in a package of a model with an example", async () => {
    await pack({ source: modelPath("iris_zipmap"), output: at("iris.tar.gz"), flavors });
    expect(await findingsOf(at("iris.tar.gz"), { run: true, requireChecksums: true })).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(["iris.tar.gz"]);
  });

  it("warns of what a model lacks", async () => {
    expect(await told(modelPath("nosig_xgb"))).toEqual([
      "warning checksums: the model has no SHA256SUMS",
      "warning signature: the signature has no inputs, so that requests are not checked",
      "warning example: the model has no input example",
    ]);
    expect(await told(modelPath("nosig_xgb"), { requireChecksums: true })).toContain(
      "error checksums: the model has no SHA256SUMS",
    );
  });

  it("lists every file whose checksum is wrong, missing or not listed, and goes on", async () => {
    const source = copyModel("iris_zipmap", (model) => {
      addChecksums(model);
      appendFileSync(join(model, "requirements.txt"), "x");
      appendFileSync(join(model, "conda.yaml"), "x");
      rmSync(join(model, "python_env.yaml"));
      writeFileSync(join(model, "extra.txt"), "x");
      editMlmodel(model, '"name": "sepal length (cm)"', '"name": "other"');
    });
    const findings = await told(source);
    expect(findings.filter((line) => line.startsWith("error checksums"))).toEqual([
      expect.stringContaining('"python_env.yaml": is in SHA256SUMS but missing'),
      expect.stringContaining('"extra.txt": is not in SHA256SUMS'),
      expect.stringContaining('"MLmodel": is not the file'),
      expect.stringContaining('"conda.yaml": is not the file'),
      expect.stringContaining('"requirements.txt": is not the file'),
    ]);
    expect(findings.at(-1)).toMatch(/^error example: .*other/);
  });

  it("lists every wrong part of the descriptor, and goes on with the others", async () => {
    const source = copyModel("iris_logreg_tensor", (model) => {
      editMlmodel(model, /inputs: '[^']*'/, "inputs: 'nope'");
      editMlmodel(model, /outputs: '[^']*'/, "outputs: '[]'");
      editMlmodel(model, /data: model\.onnx/, "data: gone.onnx");
    });
    expect(await told(source)).toEqual([
      "error descriptor: MLmodel: signature.inputs: not valid JSON",
      "error descriptor: MLmodel: signature.outputs: expected at least one column or tensor",
      "warning checksums: the model has no SHA256SUMS",
      expect.stringMatching(/^error model: .*"gone\.onnx" is not among the model's files/),
      "warning signature: the signature has no inputs, so that requests are not checked",
    ]);
  });

  it("lists every field of the descriptor that is of the wrong type", async () => {
    const source = copyModel("iris_zipmap", (model) => {
      editMlmodel(model, /model_uuid: .*/, "model_uuid: 1");
      editMlmodel(model, /mlflow_version: .*/, "mlflow_version: []");
    });
    const findings = await told(source);
    expect(findings).toHaveLength(2);
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^error descriptor: MLmodel: model_uuid/),
        expect.stringMatching(/^error descriptor: MLmodel: mlflow_version/),
      ]),
    );
  });

  it("compares the signature with the graph", async () => {
    const source = copyModel("iris_logreg_tensor", (model) =>
      editMlmodel(
        model,
        /inputs: '[^']*'/,
        `inputs: '[{"name": "Z", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]'`,
      ),
    );
    expect(await told(source)).toEqual(
      expect.arrayContaining([
        `error signature: the graph's input "X" is not in the signature`,
        `error signature: the signature's tensor "Z" is no input of the graph`,
      ]),
    );
  });

  it("tells of an example that is missing, and of one that the signature refuses", async () => {
    const missing = copyModel("iris_zipmap", (model) => {
      rmSync(join(model, "input_example.json"));
      rmSync(join(model, "serving_input_example.json"));
    });
    expect(await told(missing)).toEqual(
      expect.arrayContaining([
        `error example: "input_example.json" is not among the model's files`,
        `error example: "serving_input_example.json" is not among the model's files`,
      ]),
    );
    writeFileSync(join(missing, "serving_input_example.json"), '{"inputs": [["secret"]]}');
    const [line = ""] = (await told(missing)).filter((each) => /error example.*(expected|missing)/.test(each));
    expect(line).not.toBe("");
    expect(line).not.toContain("secret");
  });

  it("runs the model on its example only when asked to", async () => {
    const source = copyModel("iris_logreg_tensor", (model) => {
      editMlmodel(model, /inputs: '[^']*'/, "inputs: null");
      editMlmodel(model, /outputs: '[^']*'/, "outputs: null");
      writeFileSync(join(model, "serving_input_example.json"), '{"inputs": {"X": [[1.0, 2.0]]}}');
    });
    const isError = (line: string): boolean => line.startsWith("error");
    expect((await told(source)).filter(isError)).toEqual([]);
    expect((await told(source, { run: true })).filter(isError)).toEqual([
      expect.stringMatching(/^error run: input "X": expected the shape/),
    ]);
  });

  it("finds an archive that is cut off, and a model that cannot be served", async () => {
    await pack({ source: modelPath("iris_zipmap"), output: at("iris.tar"), flavors });
    writeFileSync(at("cut.tar"), readFileSync(at("iris.tar")).subarray(0, 3000));
    expect(await told(at("cut.tar"))).toEqual([expect.stringMatching(/^error package: /)]);
    expect(await told(modelPath("py_sum"))).toContainEqual(
      expect.stringMatching(/^error flavor: none of the model's flavors can be served/),
    );
  });

  it("throws for a model that is not there", async () => {
    await expect(findingsOf(at("nope"))).rejects.toThrow(expect.objectContaining({ kind: "model_not_found" }));
  });
});
