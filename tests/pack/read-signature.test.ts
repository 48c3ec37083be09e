import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/core/yaml-reader.js";
import { formatSignature } from "../../src/format/signature-json.js";
import { readSignature } from "../../src/pack/read-signature.js";
import { modelPath } from "../support/golden.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const { packTo, descriptorOf } = usePacking(folder);

function writeSignature(content: unknown): string {
  writeFileSync(at("signature.json"), typeof content === "string" ? content : JSON.stringify(content));
  return at("signature.json");
}

const COLUMNS = ["a", "b", "c", "d"].map((name) => ({ type: "double", name, required: true }));
const PARAMS = '[{"name": "k", "default": 1.0, "shape": null, "type": "double"}]';

describe("readSignature", () => {
  it.each([
    { name: "lists", content: { inputs: COLUMNS } },
    { name: "JSON texts", content: { inputs: JSON.stringify(COLUMNS) } },
  ])("reads $name, and only the parts that are there", async ({ content }) => {
    const signature = await readSignature(writeSignature(content));
    expect(Object.keys(signature)).toEqual(["inputs"]);
    expect(signature.inputs).toMatchObject({ kind: "columns", columns: [{ name: "a" }, {}, {}, { name: "d" }] });
  });

  it("keeps a default a float", async () => {
    const { params } = await readSignature(writeSignature(`{"params": ${PARAMS}, "outputs": null}`));
    expect(formatSignature({ inputs: undefined, outputs: undefined, params })).toMatchObject({ params: PARAMS });
  });

  it.each([
    { name: "no JSON", content: "{", says: /^signature "signature\.json": / },
    { name: "a list", content: [], says: /expected an object with inputs, outputs or params/ },
    { name: "another key", content: { inputs: COLUMNS, more: 1 }, says: /and nothing else/ },
    {
      name: "an unknown type",
      content: { inputs: [{ type: "secret", name: "a" }] },
      says: /^signature "signature\.json": signature\.inputs\[0\]\.type: expected one of/,
    },
  ])("refuses $name in one line", async ({ content, says }) => {
    await expect(readSignature(writeSignature(content))).rejects.toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringMatching(says) }),
    );
    await expect(readSignature(at("signature.json"))).rejects.toThrow(/^(?!.*secret)[^\n]*$/);
  });

  it("refuses a file that is not there", async () => {
    await expect(readSignature(at("gone.json"))).rejects.toThrow(expect.objectContaining({ kind: "file_system" }));
  });
});

describe("pack with a signature", () => {
  it("gives a bare model columns, and leaves the outputs of the graph", async () => {
    const source = join(modelPath("iris_logreg_tensor"), "model.onnx");
    writeFileSync(at("example.json"), '[{"a": 5.1, "b": 3.5, "c": 1.4, "d": 0.2}]');
    const options = { inputExample: at("example.json"), signature: writeSignature({ inputs: COLUMNS }) };
    expect(await packTo(source, options)).toMatchObject({ selfTest: "recorded" });
    const { signature, saved_input_example_info: info } = await descriptorOf(at("out.tar"));
    expect(signature).toMatchObject({
      inputs: expect.stringMatching(/^\[\{"type": "double", "name": "a", "required": true\}, /),
      outputs: expect.stringContaining('"label"'),
    });
    expect(info).toMatchObject({ type: "dataframe", pandas_orient: "split" });
  });

  it("replaces what a saved folder says, and only adds what packed it to its descriptor", async () => {
    const before = readYaml(readFileSync(join(modelPath("iris_zipmap"), "MLmodel"), "utf8"));
    cpSync(modelPath("iris_zipmap"), at("model"), { recursive: true });
    const signature = writeSignature({ params: PARAMS });
    await packTo(at("model"), { signature });
    expect(await descriptorOf(at("out.tar"))).toEqual({
      ...before,
      metadata: { mlserve: { packed_with: expect.anything() } },
      signature: { ...Object(before.signature), params: PARAMS },
    });
  });

  it("refuses one that the graph cannot be fed with", async () => {
    const source = join(modelPath("iris_logreg_tensor"), "model.onnx");
    const signature = writeSignature({ inputs: COLUMNS.slice(1) });
    await expect(packTo(source, { signature })).rejects.toThrow(
      `signature "signature.json": input "X": the signature's shape [-1, 3] does not fit the graph's [-1, 4]`,
    );
  });
});
