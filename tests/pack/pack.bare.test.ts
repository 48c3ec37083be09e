import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pack } from "../../src/pack/pack.js";
import { modelPath } from "../support/golden.js";
import { ONNX } from "../support/onnx-folder.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const { packTo, contentOf, descriptorOf, copyBare } = usePacking(folder, { selfTest: false });

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
    await packTo(copyBare("one"), {
      onProgress: ({ work, done, total }) => work === "pack" && told.push([done ?? 0, total ?? 0]),
    });
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
    await expect(pack({ source, flavors: ONNX, name })).rejects.toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it.each(["", "a\u001b[2J"])("refuses the name %j wherever the package goes", async (name) => {
    await expect(packTo(copyBare("one"), { name })).rejects.toThrow(expect.objectContaining({ kind: "usage" }));
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });
});
