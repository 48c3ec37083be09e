import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatChecksums, sha256Of } from "../../src/format/checksums.js";
import { listModelFolder } from "../../src/format/list-folder.js";
import { type OpenModelOptions, openModel } from "../../src/format/open-model.js";
import { writePackage } from "../../src/format/package-writer.js";
import { modelPath } from "../support/golden.js";
import { rawEntry, TAR_END, tarOf } from "../support/raw-tar.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const scratch = (): string => {
  mkdirSync(at("tmp"), { recursive: true });
  return at("tmp");
};
const open = (name: string, options: OpenModelOptions = {}) =>
  openModel(at(name), { temporaryFolder: scratch(), ...options });

const MLMODEL = "flavors: {python_function: {}}\n";
const sums = (files: Readonly<Record<string, string>>): string =>
  formatChecksums(new Map(Object.entries(files).map(([name, content]) => [name, sha256Of(content)])));

function writeFolder(name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(at(name), { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(at(name, file), content);
}

/** The same files as a folder, a tar and a gzipped tar. */
const FORMS = {
  folder: (files: Readonly<Record<string, string>>) => writeFolder("model", files),
  tar: (files: Readonly<Record<string, string>>) => writeFileSync(at("model"), tarOf(files)),
  "gzipped tar": (files: Readonly<Record<string, string>>) => writeFileSync(at("model"), gzipSync(tarOf(files))),
};
const forms = Object.entries(FORMS);

describe.each(forms)("openModel of a %s", (_, make) => {
  it("opens a model with checksums", async () => {
    const files = { MLmodel: MLMODEL, weights: "w" };
    make({ ...files, SHA256SUMS: sums(files), "SHA256SUMS.sig": "signed" });
    await using model = await open("model", { requireChecksums: true });
    expect(model).toMatchObject({ name: "model", digest: sha256Of(sums(files)), warnings: [] });
    expect(model.files.names).toEqual(["MLmodel", "weights"]);
    expect(Buffer.from(await model.files.read("weights")).toString()).toBe("w");
    expect(readFileSync(model.files.path("weights"), "utf8")).toBe("w");
  });

  it("opens a model without checksums with a warning, or not at all", async () => {
    make({ MLmodel: MLMODEL });
    const told: string[] = [];
    const note = (_fields: object, message = ""): number => told.push(message);
    await using model = await open("model", { logger: { debug: note, info: note, warn: note, error: note } });
    expect(model.digest).toBeUndefined();
    expect(model.warnings).toEqual([expect.stringContaining("no SHA256SUMS")]);
    expect(told).toEqual(model.warnings);
    await expect(open("model", { requireChecksums: true })).rejects.toThrow(
      expect.objectContaining({ kind: "invalid_package", message: expect.stringContaining("no SHA256SUMS") }),
    );
  });

  it("takes the name that the model was packed with", async () => {
    make({ MLmodel: "flavors: {}\nmetadata: {mlserve: {name: flower power}}" });
    await using model = await open("model");
    expect(model.name).toBe("flower power");
  });

  it.each([
    {
      name: "a changed file",
      files: { MLmodel: MLMODEL, weights: "x" },
      kind: "checksum_mismatch",
      reason: 'file "weights": is not the file',
    },
    {
      name: "a changed MLmodel file, before it is read",
      files: { MLmodel: "a: [", weights: "w" },
      kind: "checksum_mismatch",
      reason: 'file "MLmodel"',
    },
    {
      name: "a missing file",
      files: { MLmodel: MLMODEL },
      kind: "checksum_mismatch",
      reason: 'file "weights": is in SHA256SUMS but missing',
    },
    {
      name: "a file too many",
      files: { MLmodel: MLMODEL, weights: "w", extra: "e" },
      kind: "checksum_mismatch",
      reason: 'file "extra": is not in',
    },
  ])("refuses $name", async ({ files, kind, reason }) => {
    make({ ...files, SHA256SUMS: sums({ MLmodel: MLMODEL, weights: "w" }) });
    await expect(open("model")).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(reason) }),
    );
    expect(readdirSync(scratch())).toEqual([]);
  });

  it.each([
    { name: "an empty list", files: { MLmodel: MLMODEL, SHA256SUMS: "" }, kind: "checksum_mismatch" },
    { name: "a list of nonsense", files: { MLmodel: MLMODEL, SHA256SUMS: "nonsense" }, kind: "invalid_package" },
    { name: "YAML that is wrong", files: { MLmodel: "a: [" }, kind: "invalid_descriptor" },
    {
      name: "an MLmodel file that is far too big",
      files: { MLmodel: "#".repeat(1_100_000) },
      kind: "invalid_descriptor",
    },
  ])("refuses $name, and leaves nothing behind", async ({ files, kind }) => {
    make(files);
    await expect(open("model")).rejects.toThrow(expect.objectContaining({ kind }));
    expect(readdirSync(scratch())).toEqual([]);
  });
});

describe("openModel", () => {
  it("opens a fixture as a folder and as the package made of it alike", async () => {
    const source = modelPath("cnn_small");
    await writePackage(at("model.tar.gz"), await listModelFolder(source));
    await using fromFolder = await openModel(source);
    await using fromPackage = await open("model.tar.gz", { requireChecksums: true });
    expect(fromPackage.descriptor).toEqual(fromFolder.descriptor);
    expect(fromPackage.files.names).toEqual(fromFolder.files.names);
    expect([fromFolder.name, fromPackage.name]).toEqual(["cnn_small", "model"]);
  });

  it("unpacks into a folder of its own, which goes with the model", async () => {
    writeFileSync(at("model.tar"), tarOf({ MLmodel: MLMODEL }));
    const model = await open("model.tar");
    expect(readdirSync(scratch())).toHaveLength(1);
    await model[Symbol.asyncDispose]();
    expect(readdirSync(scratch())).toEqual([]);
  });

  it("leaves a folder where it is", async () => {
    writeFolder("model", { MLmodel: MLMODEL });
    await (await open("model"))[Symbol.asyncDispose]();
    expect(existsSync(at("model", "MLmodel"))).toBe(true);
  });

  it.each([
    ["iris.tar", "iris"],
    ["iris.v2.tar.gz", "iris.v2"],
    ["iris.TGZ", "iris"],
    ["iris", "iris"],
  ])("calls the model of %s %s", async (file, name) => {
    writeFileSync(at(file), tarOf({ MLmodel: MLMODEL }));
    await using model = await open(file);
    expect(model.name).toBe(name);
  });

  it.each([
    { name: "in one folder", files: { "iris/MLmodel": MLMODEL, "iris/a/b": "x" }, expected: ["MLmodel", "a/b"] },
    {
      name: "at the top beside a folder with another",
      files: { "iris/MLmodel": "a: [", MLmodel: MLMODEL },
      expected: ["MLmodel", "iris/MLmodel"],
    },
  ])("takes the model that lies $name of the archive", async ({ files, expected }) => {
    writeFileSync(at("model.tar"), tarOf(files));
    await using model = await open("model.tar");
    expect(model.files.names).toEqual(expected);
    expect(model.descriptor.flavors.has("python_function")).toBe(true);
  });

  it("checks the list of a model in one folder", async () => {
    writeFileSync(at("model.tar"), tarOf({ "m/MLmodel": MLMODEL, "m/SHA256SUMS": sums({ MLmodel: "other" }) }));
    await expect(open("model.tar")).rejects.toThrow(expect.objectContaining({ kind: "checksum_mismatch" }));
  });

  it("takes what `tar czf model.tar.gz .` writes", async () => {
    const entries = [rawEntry({ name: "./", type: "5" }), rawEntry({ name: "./MLmodel", content: MLMODEL }), TAR_END];
    writeFileSync(at("model.tar.gz"), gzipSync(Buffer.concat(entries)));
    await using model = await open("model.tar.gz");
    expect(model.files.names).toEqual(["MLmodel"]);
  });

  it.each([
    {
      name: "nothing",
      make: () => {},
      kind: "model_not_found",
      reason: /there is no file or folder "[^"]*model"\. Give the path/,
    },
    {
      name: "an empty folder",
      make: () => mkdirSync(at("model")),
      kind: "model_not_found",
      reason: /has no MLmodel file\. Save a model/,
    },
    {
      name: "a folder with an ONNX file",
      make: () => writeFolder("model", { "m.onnx": "" }),
      kind: "model_not_found",
      reason: /has no MLmodel file\. Run mlserve pack on it/,
    },
    {
      name: "a folder above that of a model",
      make: () => {
        mkdirSync(at("model"));
        writeFolder(join("model", "iris"), { MLmodel: MLMODEL, "model.onnx": "" });
      },
      kind: "model_not_found",
      reason: /has no MLmodel file\. Name the folder in it that has one: "iris"/,
    },
    {
      name: "an archive without a model",
      make: () => writeFileSync(at("model"), tarOf({ a: "x" })),
      kind: "invalid_package",
      reason: /the archive has no MLmodel file/,
    },
    {
      name: "an archive of two folders",
      make: () => writeFileSync(at("model"), tarOf({ "a/MLmodel": "x", "b/MLmodel": "y" })),
      kind: "invalid_package",
      reason: /has no MLmodel file\. Its files have to lie/,
    },
    {
      name: "a file that is no archive",
      make: () => writeFileSync(at("model"), "hello"),
      kind: "invalid_package",
      reason: /not a tar archive/,
    },
    {
      name: "a hostile archive",
      make: () => writeFileSync(at("model"), tarOf({ "../x": "y" })),
      kind: "invalid_package",
      reason: /file "\.\.\/x": /,
    },
  ])("says in one line what is wrong with $name", async ({ make, kind, reason }) => {
    make();
    await expect(open("model")).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringMatching(reason) }),
    );
    await expect(open("model")).rejects.toThrow(/^[^\n]*$/);
    expect(readdirSync(scratch())).toEqual([]);
  });

  it("tells to pack an ONNX file", async () => {
    writeFileSync(at("m.onnx"), "x");
    await expect(open("m.onnx")).rejects.toThrow(/bare ONNX file.*Run mlserve pack/);
  });

  it("refuses a model that links to a file elsewhere", async () => {
    cpSync(modelPath("housing_cols"), at("model"), { recursive: true });
    rmSync(at("model", "model.onnx"));
    symlinkSync(join(modelPath("housing_cols"), "model.onnx"), at("model", "model.onnx"));
    await expect(open("model")).rejects.toThrow('file "model.onnx": is a link out of the model\'s folder');
  });

  it("reads only what was checked", async () => {
    const files = { MLmodel: MLMODEL, weights: "w" };
    writeFolder("model", { ...files, SHA256SUMS: sums(files) });
    await using model = await open("model");
    writeFileSync(at("model", "weights"), "v");
    await expect(model.files.read("weights")).rejects.toThrow(expect.objectContaining({ kind: "checksum_mismatch" }));
  });

  it.each([
    { name: "with checksums", files: { MLmodel: MLMODEL, weights: "w" }, listed: true },
    { name: "without checksums", files: { MLmodel: MLMODEL, weights: "w" }, listed: false },
  ])("copies a folder $name to a private one, which goes with the model", async ({ files, listed }) => {
    writeFolder("model", listed ? { ...files, SHA256SUMS: sums(files) } : files);
    const model = await open("model", { privateCopy: true });
    rmSync(at("model"), { recursive: true });
    expect(Buffer.from(await model.files.read("weights")).toString()).toBe("w");
    expect(readFileSync(model.files.path("weights"), "utf8")).toBe("w");
    expect(model.name).toBe("model");
    await model[Symbol.asyncDispose]();
    expect(readdirSync(scratch())).toEqual([]);
  });

  it("refuses a folder whose files are not those of its list, and leaves no copy", async () => {
    writeFolder("model", { MLmodel: MLMODEL, weights: "x", SHA256SUMS: sums({ MLmodel: MLMODEL, weights: "w" }) });
    await expect(open("model", { privateCopy: true })).rejects.toThrow('file "weights": is not the file');
    expect(readdirSync(scratch())).toEqual([]);
  });

  it("uses a folder where it is when no private one can be made, as long as nothing in it changes", async () => {
    writeFolder("model", { MLmodel: MLMODEL, weights: "w" });
    const temporaryFolder = at("nowhere");
    await using model = await open("model", { privateCopy: true, temporaryFolder });
    expect(model.warnings).toContainEqual(expect.stringContaining("TMPDIR"));
    expect(model.files.path("weights")).toBe(at("model", "weights"));
    expect(model.files.sha256?.("weights")).toBe(sha256Of("w"));
    writeFileSync(at("model", "weights"), "v");
    await expect(model.files.read("weights")).rejects.toThrow(expect.objectContaining({ kind: "checksum_mismatch" }));
  });

  it("asks for a private folder only when it needs one", async () => {
    writeFolder("model", { MLmodel: MLMODEL });
    const temporaryFolder = (): string => {
      throw new Error("asked");
    };
    await using model = await open("model", { temporaryFolder });
    expect(model.files.names).toEqual(["MLmodel"]);
  });
});
