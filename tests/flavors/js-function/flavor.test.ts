import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Logger } from "../../../src/core/logger.js";
import { silentLogger } from "../../../src/core/logger.js";
import { fixture, IRIS_REQUEST } from "../../cli/models.js";
import { type FunctionParts, invoke, loadFunction, writeFiles, writeFunction } from "../../support/function-model.js";
import { failureOf } from "../../support/onnx-folder.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();

/** Answers one body with a function that is written for it. */
async function answerOf(code: string, parts: FunctionParts, body: object, logger?: Logger): Promise<Response> {
  writeFunction(folder.path, code, parts);
  await using served = await loadFunction(folder.path, logger === undefined ? {} : { logger });
  return await invoke(served, body);
}

const LONG = [{ type: "long", name: "n" }];

describe("what a function is given", () => {
  it.each([
    { name: "rows without a prototype", code: "(rows) => Object.getPrototypeOf(rows[0]) === null", predictions: true },
    { name: "a small long as a number", code: "([row]) => typeof row.n", predictions: "number" },
    { name: "the model's config", code: "(_, { config }) => config.answer", predictions: 42 },
    { name: "a signal", code: "(_, { signal }) => signal.aborted", predictions: false },
  ])("$name", async ({ code, predictions }) => {
    const block = "{ module: predict.mjs, config: { answer: 42 } }";
    const response = await answerOf(`export default ${code}`, { inputs: LONG, block }, { inputs: [1] });
    expect(await response.json()).toEqual({ predictions });
  });

  it("a long beyond 2^53 as a bigint, which is written in exact digits", async () => {
    const code = "export default ([row]) => [typeof row.n, row.n + 1n]";
    writeFunction(folder.path, code, { inputs: LONG });
    await using served = await loadFunction(folder.path);
    const { executor } = served;
    const bytes = Buffer.from('{"inputs":[9007199254740993]}');
    const reply = await executor.execute({ bytes, media: "application/json" }, new AbortController().signal);
    expect(reply.kind === "whole" && Buffer.from(reply.bytes).toString()).toBe(
      '{"predictions":["bigint",9007199254740994]}',
    );
  });

  it.each([
    { type: "binary", value: "aGk=", code: "([row]) => row.v instanceof Uint8Array && row.v.length", predictions: 2 },
    {
      type: "datetime",
      value: "2026-01-02T03:04:05",
      code: "([row]) => row.v",
      predictions: "2026-01-02T03:04:05",
    },
    { type: "datetime", value: null, code: "([row]) => row.v", predictions: null },
    { type: "double", value: null, code: "([row]) => row.v", predictions: null },
  ])("a $type of $value", async ({ type, value, code, predictions }) => {
    const inputs = [{ type, name: "v" }];
    const body = { dataframe_records: [{ v: value }] };
    expect(await (await answerOf(`export default ${code}`, { inputs }, body)).json()).toEqual({ predictions });
  });

  it("several tensors by name, and one alone as itself", async () => {
    const tensor = (name?: string): object => ({
      type: "tensor",
      "tensor-spec": { dtype: "float32", shape: [-1] },
      ...(name === undefined ? {} : { name }),
    });
    const named = await answerOf(
      "export default ({ a, b }) => a.data.length + b.shape[0]",
      { inputs: [tensor("a"), tensor("b")] },
      { inputs: { a: [1, 2], b: [3] } },
    );
    expect(await named.json()).toEqual({ predictions: 3 });
    const alone = await answerOf("export default ({ dtype }) => dtype", { inputs: [tensor()] }, { inputs: [1] });
    expect(await alone.json()).toEqual({ predictions: "float32" });
  });

  it("the JSON value as it is without a signature", async () => {
    const response = await answerOf("export default (value) => value", {}, { inputs: { a: [1, null, "x"] } });
    expect(await response.json()).toEqual({ predictions: { a: [1, null, "x"] } });
  });
});

describe("what a function may answer", () => {
  it.each([
    { name: "a promise", code: "async () => 1", predictions: 1 },
    { name: "a typed array", code: "() => new Float64Array([0.5, 2])", predictions: [0.5, 2] },
    { name: "NaN, by the rule for what is not finite", code: "() => [NaN, -Infinity]", predictions: [null, null] },
    { name: "a Map", code: "() => new Map([['a', 1]])", predictions: { a: 1 } },
    {
      name: "a tensor for a table",
      code: "() => ({ dtype: 'float32', shape: [2, 1], data: [1, 2] })",
      predictions: [[1], [2]],
    },
    {
      name: "tensors by name for a table, which are rows",
      code: "() => ({ y: { dtype: 'int64', shape: [1], data: [7] } })",
      predictions: [{ y: 7 }],
    },
  ])("$name", async ({ code, predictions }) => {
    const response = await answerOf(`export default ${code}`, { inputs: LONG }, { inputs: [1] });
    expect(await response.json()).toEqual({ predictions });
  });

  it.each([
    { name: "undefined", code: "() => {}", message: "the function's answer: it is undefined, which JSON cannot say" },
    { name: "undefined inside", code: "() => [{ a: undefined }]", message: 'answer[0]["a"]: it is undefined' },
    { name: "a function", code: "() => ({ f() {} })", message: '["f"]: it is a function, which JSON cannot say' },
    { name: "a symbol", code: "() => Symbol('x')", message: "it is a symbol, which JSON cannot say" },
    { name: "a circle", code: "() => { const a = []; a.push(a); return a; }", message: "answer[0]: it holds itself" },
    { name: "a promise inside", code: "() => [Promise.resolve(1)]", message: "it is a Promise, which JSON cannot say" },
    { name: "a Set", code: "() => new Set()", message: "a Set, which JSON cannot say: make it a list" },
    { name: "an error", code: "() => new Error('x')", message: "it is an Error, which JSON cannot say" },
    {
      name: "bytes",
      code: "() => new ArrayBuffer(1)",
      message: "an ArrayBuffer, which JSON cannot say: make it a Uint8",
    },
    { name: "a generator", code: "function* () {}", message: "a Generator, which JSON cannot say" },
    { name: "a broken tensor", code: "() => ({ dtype: 'int8', shape: [2], data: [1] })", message: "has 2 elements" },
    { name: "an element too large", code: "() => ({ dtype: 'int8', shape: [1], data: [300] })", message: "no int8" },
    { name: "an error", code: "() => { throw new RangeError('secret') }", message: "the function threw RangeError" },
  ])("but not $name", async ({ code, message }) => {
    const response = await answerOf(`export default ${code}`, { inputs: LONG }, { inputs: [1] });
    expect(response.status).toBe(500);
    const problem = await response.json();
    expect(problem).toEqual({ error_code: "MODEL_ERROR", message: expect.stringContaining(message) });
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  it("tells the caller that it was refused where such an error says nothing", async () => {
    const code = "export default () => { throw Object.assign(new Error(), { status: 400 }); }";
    await using served = await loadFunction(writeFunction(folder.path, code));
    const response = await invoke(served, { inputs: 1 });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error_code: "BAD_REQUEST", message: "the function refused the request, and does not say why" },
    ]);
  });

  it("tells the caller what an error with a status of 4xx says", async () => {
    const code = "export default () => { throw Object.assign(new Error('the text is empty'), { status: 422 }); }";
    const response = await answerOf(code, { inputs: LONG }, { inputs: [1] });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error_code: "BAD_REQUEST", message: "the text is empty" });
  });

  it("logs an error with its stack, without the path of the file", async () => {
    const lines: object[] = [];
    const logger: Logger = { ...silentLogger, error: (fields) => lines.push(fields) };
    await answerOf("export default () => {\n  throw new TypeError('why')\n}", {}, { inputs: 1 }, logger);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ stack: expect.stringMatching(/TypeError: why\n[^\n]*predict\.mjs:2/) });
    expect(JSON.stringify(lines)).not.toContain(folder.path);
  });
});

describe("loading", () => {
  it.each([
    { name: "no export", code: "export const a = 1;", message: /"predict.mjs": the module has no default export/ },
    { name: "what is no function", code: "export default 1;", message: /a default export is no function/ },
    { name: "an import that is not there", code: 'import "nowhere"; export default () => 1;', message: /nowhere/ },
    { name: "a module that throws", code: "\nthrow new Error('at load');", message: /Error: at load/ },
    {
      name: "a load that throws",
      code: "export function load() { throw new Error('no weights'); }\nexport default () => 1;",
      message: /its load failed: Error: no weights/,
    },
  ])("refuses $name", async ({ code, message }) => {
    writeFunction(folder.path, code);
    const error = await failureOf(loadFunction(folder.path));
    expect(error).toMatchObject({ kind: "invalid_model", message: expect.stringMatching(message) });
    expect(error.message).not.toContain(folder.path);
  });

  it.each([
    { block: "{ module: ../x.mjs }", message: /is not among the model's files/ },
    { block: "{ module: notes.txt }", message: /is no JavaScript/ },
    { block: "{ module: predict.mjs, exports: x }", message: /unknown key "exports"/ },
    { block: "{ module: predict.mjs, node: nonsense }", message: /a version of Node or a range/ },
    { block: "{ module: predict.mjs, node: 99 }", message: /the function needs Node "99"/ },
  ])("refuses the block $block", async ({ block, message }) => {
    writeFunction(folder.path, "export default () => 1;", { block });
    writeFiles(folder.path, { "notes.txt": "" });
    expect((await failureOf(loadFunction(folder.path))).message).toMatch(message);
  });

  it("gives the state, the folder, and a log; disposes of the state", async () => {
    const lines: string[] = [];
    const code = `
      import { readFileSync } from "node:fs";
      export const load = ({ dir, log }) => ({
        words: readFileSync(dir + "/words.txt", "utf8"),
        [Symbol.asyncDispose]: async () => log.info("closed"),
      });
      export const named = (_, { state, log }) => { log.warn({ n: 1 }, "asked"); return state.words; };`;
    writeFunction(folder.path, code, { block: "{ module: predict.mjs, export: named }" });
    writeFiles(folder.path, { "words.txt": "one two" });
    const say = (_: object, text = ""): void => void lines.push(text);
    const served = await loadFunction(folder.path, { logger: { ...silentLogger, info: say, warn: say } });
    expect(await (await invoke(served, { inputs: 1 })).json()).toEqual({ predictions: "one two" });
    await served[Symbol.asyncDispose]();
    expect(lines.slice(-2)).toEqual(["asked", "closed"]);
  });

  it.each(["predict.mjs", "predict.cjs"])("loads a %s that has changed anew", async (module) => {
    const code = (n: number): string =>
      module.endsWith("cjs") ? `module.exports = () => ${n}` : `export default () => ${n}`;
    const answers: unknown[] = [];
    for (const n of [1, 2]) {
      writeFunction(folder.path, "", { block: `{ module: ${module} }` });
      writeFiles(folder.path, { [module]: code(n) });
      await using served = await loadFunction(folder.path);
      answers.push(await (await invoke(served, { inputs: 0 })).json());
    }
    expect(answers).toEqual([{ predictions: 1 }, { predictions: 2 }]);
  });

  it("lets no more calls in at once than its concurrency", async () => {
    const code = `
      let now = 0, most = 0;
      export default async () => { most = Math.max(most, ++now); await new Promise(setImmediate); now--; return most; };`;
    writeFunction(folder.path, code, { block: "{ module: predict.mjs, concurrency: 2 }" });
    await using served = await loadFunction(folder.path);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (): Promise<unknown> => (await invoke(served, { inputs: 1 })).json()),
    );
    expect(answers).toEqual(answers.map(() => ({ predictions: 2 })));
  });
});

describe("open", () => {
  const CODE = `
    export const load = ({ open }) => open("model.onnx");
    export default async (rows, { state }) => {
      const data = Float32Array.from(rows.flatMap((row) => Object.values(row)));
      const { output_label } = await state.predict({ dtype: "float32", shape: [rows.length, 4], data });
      return rows.map((_, i) => ({ species: ["setosa", "versicolor", "virginica"][Number(output_label.data[i])] }));
    };`;
  const inputs = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"].map((name) => ({
    type: "double",
    name,
  }));

  it("runs a model that lies beside the function", async () => {
    writeFunction(folder.path, CODE, { inputs });
    copyFileSync(join(fixture("iris_zipmap"), "model.onnx"), join(folder.path, "model.onnx"));
    await using served = await loadFunction(folder.path);
    expect(await (await invoke(served, JSON.parse(IRIS_REQUEST))).json()).toEqual({
      predictions: [{ species: "setosa" }],
    });
  });

  it("runs a TensorFlow.js model in a folder of its own, with an ONNX model beside the function", async () => {
    const weights = [{ name: "double/kernel", shape: [1, 1], dtype: "float32" }];
    const layers = [
      { class_name: "Dense", config: { name: "double", units: 1, use_bias: false, batch_input_shape: [null, 1] } },
    ];
    const topology = { model_config: { class_name: "Sequential", config: { name: "net", layers } } };
    const json = { format: "layers-model", modelTopology: topology, weightsManifest: [{ paths: ["w.bin"], weights }] };
    const code = `
      export const load = ({ open }) => open("net/model.json");
      export default async (x, { state }) => {
        const [y] = Object.values(await state.predict({ dtype: "float32", shape: [x.length, 1], data: x }));
        return Array.from(y.data);
      };`;
    writeFunction(folder.path, code);
    copyFileSync(join(fixture("iris_zipmap"), "model.onnx"), join(folder.path, "model.onnx"));
    writeFiles(folder.path, {
      "net/model.json": JSON.stringify(json),
      "net/w.bin": new Uint8Array(new Float32Array([2]).buffer),
    });
    await using served = await loadFunction(folder.path);
    expect(await (await invoke(served, { inputs: [1, 2.5] })).json()).toEqual({ predictions: [2, 5] });
  });

  it.each([
    { name: "a file that is not there", file: "none.onnx", message: /open\("none.onnx"\): is not among/ },
    { name: "a file outside", file: "../model.onnx", message: /is not among the model's files/ },
    { name: "what no flavor knows", file: "words.txt", message: /no flavor knows this file/ },
  ])("refuses $name", async ({ file, message }) => {
    writeFunction(folder.path, CODE.replace("model.onnx", file), { inputs });
    writeFiles(folder.path, { "words.txt": "" });
    expect((await failureOf(loadFunction(folder.path))).message).toMatch(message);
  });
});
