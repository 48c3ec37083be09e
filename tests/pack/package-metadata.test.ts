import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVersion } from "../../src/core/installed-version.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import type { PackOptions } from "../../src/pack/pack.js";
import { modelPath } from "../support/golden.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;

const packed_with = { mlserve: readVersion(), "onnxruntime-node": expect.stringMatching(/^\d+\.\d+\.\d+$/) };

const packing = usePacking(folder, { selfTest: false });

async function packedDescriptor(source: string, options: Partial<PackOptions> = {}) {
  await packing.packTo(source, options);
  return await packing.descriptorOf();
}

/** A saved model whose MLmodel file has other lines where some stood. */
function copyModel(model: string, edit: (text: string) => string): string {
  const copy = packing.copyModel(model);
  writeFileSync(at("model", "MLmodel"), edit(readFileSync(at("model", "MLmodel"), "utf8")));
  return copy;
}

describe("metadata of a package", () => {
  it("says which mlserve and which runtime packed a bare file, beside what is given", async () => {
    cpSync(join(modelPath("iris_zipmap"), "model.onnx"), at("iris.onnx"));
    const metadata = { owner: "équipe", nested: { a: [1, null, "1"] }, mlserves: true };
    const raw = await packedDescriptor(at("iris.onnx"), { metadata, name: "iris" });
    expect(raw.metadata).toEqual({ ...metadata, mlserve: { name: "iris", packed_with } });
  });

  it("adds to what a saved model has, and replaces only what is given", async () => {
    const raw = await packedDescriptor(modelPath("onnx_session_opts"), { metadata: { n: "4", stage: "test" } });
    expect(raw.metadata).toEqual({
      n: "4",
      nested: { a: [1, null] },
      owner: "équipe",
      stage: "test",
      mlserve: { packed_with },
    });
  });

  it("says the runtime of the flavor that is to be used, where a saved model has several", async () => {
    const function_ = "flavors:\n  js_function: { module: predict.mjs }\n";
    const source = copyModel("iris_zipmap", (text) => text.replace("flavors:\n", function_));
    writeFileSync(at("model", "predict.mjs"), "export default (rows) => rows.length;\n");
    const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
    const raw = await packedDescriptor(source, { flavors, name: "iris", useFlavor: "onnx" });
    expect(raw.metadata).toEqual({ mlserve: { name: "iris", packed_with } });
    const other = await packedDescriptor(source, { flavors, name: "iris" });
    expect(other.metadata).toEqual({ mlserve: { name: "iris", packed_with: { mlserve: readVersion() } } });
  });

  it("is left as it is in a saved model without options", async () => {
    expect(await packedDescriptor(modelPath("iris_zipmap"))).not.toHaveProperty("metadata");
  });

  it.each(["mlserve", "", "a\nb"])("refuses the key %j", async (key) => {
    await expect(packedDescriptor(modelPath("iris_zipmap"), { metadata: { [key]: 1 } })).rejects.toThrow(
      expect.objectContaining({ kind: "usage" }),
    );
  });

  it("keeps what a saved model says of type hints", async () => {
    const source = copyModel("iris_zipmap", (text) =>
      text
        .replace("is_signature_from_type_hint: false", "is_signature_from_type_hint: true")
        .replace("type_hint_from_example: false", "type_hint_from_example: true"),
    );
    const raw = await packedDescriptor(source, { metadata: { a: 1 } });
    expect(raw).toMatchObject({ is_signature_from_type_hint: true, type_hint_from_example: true });
  });
});
