import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../../src/flavors/registry.js";
import { type PackOptions, type PackResult, pack } from "../../../src/pack/pack.js";
import { invoke, loadFunction, writeFiles, writeFunction } from "../../support/function-model.js";
import { failureOf } from "../../support/onnx-folder.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();
const EXAMPLE = join(import.meta.dirname, "../../../examples/topics");
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);

/** Packs with a folder for temporary files, which has to be empty afterwards. */
async function packHere(options: Omit<PackOptions, "flavors" | "temporaryFolder">): Promise<PackResult> {
  const [temporaryFolder = ""] = ["temporary"].map((name) =>
    join(writeFiles(folder.path, { [`${name}/.keep`]: "" }), name),
  );
  try {
    return await pack({ output: join(folder.path, "out.tar"), ...options, flavors, temporaryFolder });
  } finally {
    expect(readdirSync(temporaryFolder)).toEqual([".keep"]);
  }
}

const nameOf = (result: PackResult): string[] => result.files.map(({ name }) => name);

describe("packing a function", () => {
  it("makes a package that is served with nothing beside it", async () => {
    const result = await packHere({ source: EXAMPLE, inputExample: join(EXAMPLE, "request.json") });
    expect(result).toMatchObject({ name: "topics", flavors: ["js_function"], selfTest: "recorded", warnings: [] });
    await using served = await loadFunction(result.output, { selfTest: true });
    const body = {
      dataframe_records: [{ title: "The <i>cat</i> sat" }, { title: "stock market" }],
      params: { threshold: 0.56 },
    };
    expect(await (await invoke(served, body)).json()).toEqual({
      predictions: [
        { topic: "pets", confidence: expect.closeTo(0.568, 2) },
        { topic: expect.toSatisfy((topic) => topic === null || topic === "money"), confidence: expect.any(Number) },
      ],
    });
  });

  it("tells of models of other flavors in its folder, unless the file was named or the flavor asked for", async () => {
    const said = async (options: Partial<PackOptions>) => (await packHere({ source: EXAMPLE, ...options })).beside;
    expect(await said({})).toEqual(["onnx (model.onnx)"]);
    expect(await said({ source: join(EXAMPLE, "predict.ts") })).toEqual([]);
    expect(await said({ useFlavor: "js_function" })).toEqual([]);
  });

  it("gives the same bytes in another folder", async () => {
    const digests: string[] = [];
    for (const place of ["a", "deeper/b"]) {
      const source = join(folder.path, place, "fn");
      cpSync(EXAMPLE, source, { recursive: true });
      cpSync(join(EXAMPLE, "../../node_modules/zod"), join(source, "node_modules/zod"), { recursive: true });
      digests.push((await packHere({ source })).sha256);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it("takes data, and neither sources nor the package of before", async () => {
    const source = writeFiles(join(folder.path, "fn"), {
      "predict.js":
        'exports.load = ({ dir }) => dir;\nexports.predict = (x, { state }) => require("fs").readFileSync(state + "/words/a.txt", "utf8");',
      "words/a.txt": "a",
      "test/words.txt": "b",
      "node_modules/x/data.txt": "c",
    });
    const output = join(source, "fn.tar");
    const first = await packHere({ source, output });
    const second = await packHere({ source, output });
    expect(nameOf(first)).toEqual(["MLmodel", "predict.mjs", "words/a.txt"]);
    expect(second.sha256).toBe(first.sha256);
    await using served = await loadFunction(output);
    expect(await (await invoke(served, { inputs: 1 })).json()).toEqual({ predictions: "a" });
  });

  it("writes the settings of package.json into the block", async () => {
    const source = writeFiles(join(folder.path, "fn"), {
      "package.json": JSON.stringify({
        engines: { node: ">=20" },
        mlserve: { module: "src/main.ts", export: "run", config: { k: 1 }, concurrency: 2 },
      }),
      "src/main.ts": "export const batchable = true;\nexport const run = (_: unknown, { config }: any) => config.k;",
    });
    const { output } = await packHere({ source });
    await using served = await loadFunction(output);
    expect(served.descriptor.flavors.get("js_function")).toEqual({
      module: "predict.mjs",
      export: "run",
      config: { k: 1 },
      node: ">=20",
      batchable: true,
      concurrency: 2,
    });
    expect(await (await invoke(served, { inputs: 0 })).json()).toEqual({ predictions: 1 });
  });

  it("infers the inputs of a function that exports no signature from a table", async () => {
    const source = writeFiles(join(folder.path, "fn"), {
      "predict.mjs": "export default (rows) => rows.length",
      "rows.json": '{"dataframe_records":[{"n":1}]}',
    });
    const { signature } = await packHere({ source, inputExample: join(source, "rows.json") });
    expect(signature.inputs).toMatchObject({ kind: "columns", columns: [{ name: "n", required: true }] });
  });

  it("records the items of a function that streams", async () => {
    const source = writeFiles(join(folder.path, "fn"), {
      "predict.mjs": "export default async function* (n) { for (let i = 0; i < n; i++) yield { i }; }",
      "example.json": '{"inputs":2}',
    });
    const result = await packHere({ source, inputExample: join(source, "example.json") });
    expect(result.selfTest).toBe("recorded");
    await using _ = await loadFunction(result.output, { selfTest: true });
  });

  it("refuses an example that does not fit the exported signature", async () => {
    const source = writeFiles(join(folder.path, "fn"), {
      "predict.mjs": 'export const signature = { inputs: [{ type: "long", name: "n" }] };\nexport default () => 1;',
      "rows.json": '{"dataframe_records":[{"n":"x"}]}',
    });
    const error = await failureOf(packHere({ source, inputExample: join(source, "rows.json") }));
    expect(error.message).toMatch(/^input example "rows\.json": column "n"/);
  });

  it.each<{ name: string; files: Record<string, string>; message: RegExp }>([
    {
      name: "several sources",
      files: { "predict.ts": "", "predict.js": "" },
      message: /^there are several functions here: "predict\.js", "predict\.ts"\. Name the one to pack$/,
    },
    {
      name: "a source that is not there",
      files: { "package.json": '{ "mlserve": { "module": "none.ts" } }' },
      message: /none\.ts/,
    },
    {
      name: "a setting that is not known",
      files: { "predict.ts": "", "package.json": '{ "mlserve": { "exports": "x" } }' },
      message: /^package\.json: mlserve: Unrecognized key: "exports"$/,
    },
    {
      name: "a package.json that is no JSON",
      files: { "predict.ts": "", "package.json": "{" },
      message: /^package\.json: is no JSON$/,
    },
    {
      name: "a module that throws",
      files: { "predict.ts": "throw new Error('at load');" },
      message: /: the module cannot be loaded: Error: at load$/,
    },
    {
      name: "a module without a function",
      files: { "predict.ts": "export const answer = 1;" },
      message: /^"predict\.ts": the module has no default export\. It exports "answer"/,
    },
    {
      name: "a signature that is none",
      files: { "predict.ts": "export const signature = { inputs: [1] };\nexport default () => 1;" },
      message: /^export "signature": signature\.inputs\[0\]: expected a JSON object$/,
    },
  ])("refuses $name", async ({ files, message }) => {
    const source = writeFiles(join(folder.path, "fn"), files);
    expect((await failureOf(packHere({ source }))).message).toMatch(message);
    expect(readdirSync(folder.path).sort()).toEqual(["fn", "temporary"]);
  });

  it.each(["predict.js", "words.txt"])("does not overwrite its %s", async (name) => {
    const source = writeFiles(join(folder.path, "fn"), { "predict.js": "module.exports = () => 1;", "words.txt": "a" });
    const before = readFileSync(join(source, name), "utf8");
    const error = await failureOf(packHere({ source, output: join(source, name) }));
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining("is a file of the model itself") });
    expect(readFileSync(join(source, name), "utf8")).toBe(before);
  });
});

describe("packing a folder with an MLmodel file and a function", () => {
  it("refuses a module without the function that it names", async () => {
    const source = writeFunction(join(folder.path, "fn"), "export const answer = 1;");
    const error = await failureOf(packHere({ source }));
    expect(error.message).toMatch(/^"predict\.mjs": the module has no default export\. It exports "answer"/);
  });

  it.each<{ name: string; files: Record<string, string>; message: RegExp }>([
    {
      name: "a syntax error",
      files: { "predict.mjs": "export default () => {\n  const a = ;\n}" },
      message: /^predict\.mjs:2:\d+: Unexpected ";"$/,
    },
    {
      name: "a package that is not in it",
      files: { "predict.mjs": 'import z from "zod";\nexport default () => z;' },
      message: /^predict\.mjs: imports "zod", which is not among the model's files\. Remove the MLmodel file/,
    },
    {
      name: "a file that lies elsewhere",
      files: { "predict.mjs": 'import "../far.mjs";\nexport default () => 1;', "../far.mjs": "" },
      message: /^the function: imports a file outside of its folder/,
    },
  ])("refuses $name", async ({ files, message }) => {
    const source = writeFiles(writeFunction(join(folder.path, "fn"), ""), files);
    expect((await failureOf(packHere({ source }))).message).toMatch(message);
  });

  it("packs it as it is", async () => {
    const source = writeFunction(join(folder.path, "fn"), "export default () => 1;");
    expect(nameOf(await packHere({ source }))).toEqual(["MLmodel", "predict.mjs"]);
  });
});
