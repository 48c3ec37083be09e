import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, UNNAMED } from "../../../src/core/batch.js";
import { JsonFloat } from "../../../src/core/json.js";
import type { Column, Tensor } from "../../../src/core/tensor.js";
import type { Predictor } from "../../../src/flavors/flavor.js";
import {
  ELEMENT,
  identity,
  identityModel,
  node,
  onnxModel,
  tensor,
  tensorType,
  value,
} from "../../support/onnx-builder.js";
import { FIXTURES, failureOf, loadFolder, predict, tensors, withPredictor } from "../../support/onnx-folder.js";

const signal = new AbortController().signal;

const columns = (entries: Readonly<Record<string, Column>>): Batch => ({
  kind: "columns",
  rows: Object.values(entries)[0]?.data.length ?? 0,
  columns: new Map(Object.entries(entries)),
});

const floats = (...values: number[]): Column => ({ dtype: "float64", data: Float64Array.from(values) });

async function answer(
  elementType: number,
  shape: readonly (number | undefined)[],
  batch: Batch,
): Promise<Tensor | undefined> {
  return withPredictor({ "model.onnx": identityModel(elementType, shape) }, async (predictor) =>
    (await predict(predictor, batch)).get("y"),
  );
}

/** The message of the refusal, which must be the caller's fault. */
async function refused(elementType: number, shape: readonly (number | undefined)[], batch: Batch): Promise<string> {
  return withPredictor({ "model.onnx": identityModel(elementType, shape) }, async (predictor) => {
    const error = await failureOf(predictor.predict(batch, { params: new Map(), signal }));
    expect([error.kind, error.status]).toEqual(["model_rejected_input", 400]);
    return error.message;
  });
}

describe("tensors of every element type", () => {
  it.each<Tensor>([
    { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
    { dtype: "int8", shape: [2], data: Int8Array.of(-128, 127) },
    { dtype: "int16", shape: [2], data: Int16Array.of(-32768, 32767) },
    { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { dtype: "int64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
    { dtype: "uint8", shape: [2], data: Uint8Array.of(0, 255) },
    { dtype: "uint16", shape: [2], data: Uint16Array.of(0, 65535) },
    { dtype: "uint32", shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
    { dtype: "uint64", shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
    { dtype: "float16", shape: [4], data: Uint16Array.of(0x3c00, 0x7bff, 0x8001, 0xfc00) },
    { dtype: "float32", shape: [3], data: Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY) },
    { dtype: "float64", shape: [3], data: Float64Array.of(0.1, Number.NaN, 5e-324) },
    { dtype: "string", shape: [3], data: ["", "日本 😀", "a\nb"] },
  ])("come back as they went in: $dtype", async (x) => {
    expect(await answer(ELEMENT[x.dtype as keyof typeof ELEMENT], [undefined], tensors({ x }))).toEqual(x);
  });

  it.each([
    ["no dimensions", [], [], 1],
    ["three dimensions", [undefined, 2, undefined], [2, 2, 1], 4],
    ["no elements", [undefined, 3], [0, 3], 0],
  ])("keep a shape of %s", async (_, declared, shape, count) => {
    const x: Tensor = { dtype: "float32", shape, data: new Float32Array(count).fill(1.5) };
    expect(await answer(ELEMENT.float32, declared, tensors({ x }))).toEqual(x);
  });

  it.each<[string, number, Tensor["data"]]>([
    ["bool", ELEMENT.bool, new Uint8Array()],
    ["int64", ELEMENT.int64, new BigInt64Array()],
    ["float16", ELEMENT.float16, new Uint16Array()],
    ["string", ELEMENT.string, []],
  ])("may have no elements: %s", async (dtype, elementType, data) => {
    const x = { dtype, shape: [0], data } as Tensor;
    expect(await answer(elementType, [undefined], tensors({ x }))).toEqual(x);
  });
});

describe("values of another element type", () => {
  const int64 = (...values: bigint[]): Column => ({ dtype: "int64", data: BigInt64Array.from(values) });
  const object = (...values: unknown[]): Column => ({ dtype: "object", data: values });

  it.each<[string, Column, number, unknown[]]>([
    [
      "float64 to float32",
      floats(0.1, 1e39, Number.NaN),
      ELEMENT.float32,
      [Math.fround(0.1), Number.POSITIVE_INFINITY, Number.NaN],
    ],
    ["float64 to float16", floats(0.1, 1e6), ELEMENT.float16, [0x2e66, 0x7c00]],
    ["float16 to float32", { dtype: "float16", data: Uint16Array.of(0x3c00) }, ELEMENT.float32, [1]],
    ["float32 to float64", { dtype: "float32", data: Float32Array.of(0.5) }, ELEMENT.float64, [0.5]],
    ["int64 to float32", int64(5n, -3n), ELEMENT.float32, [5, -3]],
    ["int64 to float16", int64(5n), ELEMENT.float16, [0x4500]],
    ["uint64 to float64", { dtype: "uint64", data: BigUint64Array.of(2n ** 63n) }, ELEMENT.float64, [2 ** 63]],
    ["bool to float32", { dtype: "bool", data: Uint8Array.of(1, 0) }, ELEMENT.float32, [1, 0]],
    ["bool to int64", { dtype: "bool", data: Uint8Array.of(1, 0) }, ELEMENT.int64, [1n, 0n]],
    ["whole floats to int64", floats(3, -0, -(2 ** 63)), ELEMENT.int64, [3n, 0n, -(2n ** 63n)]],
    ["whole floats to uint8", floats(0, 255), ELEMENT.uint8, [0, 255]],
    ["int64 in range to int32", int64(2n ** 31n - 1n), ELEMENT.int32, [2 ** 31 - 1]],
    ["int64 in range to uint64", int64(7n), ELEMENT.uint64, [7n]],
    ["int32 to int64", { dtype: "int32", data: Int32Array.of(-5) }, ELEMENT.int64, [-5n]],
    [
      "mixed values to string",
      object("a", 5, 2n ** 60n, new JsonFloat(3), 2.5, true, null),
      ELEMENT.string,
      ["a", "5", "1152921504606846976", "3.0", "2.5", "True", "None"],
    ],
  ])("are converted where nothing but a float's precision is lost: %s", async (_, column, elementType, expected) => {
    const x = { ...column, shape: [column.data.length] } as Tensor;
    expect([...((await answer(elementType, [undefined], tensors({ x })))?.data ?? [])]).toEqual(expected);
  });

  it.each<[string, Column, number, string]>([
    [
      "a fraction in int64",
      floats(1, 1.5),
      ELEMENT.int64,
      'input "x"[1]: expected int64, got a number that is not whole',
    ],
    ["NaN in int32", floats(Number.NaN), ELEMENT.int32, 'input "x"[0]: expected int32, got NaN or a missing value'],
    ["NaN in int64", floats(Number.NaN), ELEMENT.int64, 'input "x"[0]: expected int64, got NaN or a missing value'],
    ["2^63 in int64", floats(2 ** 63), ELEMENT.int64, 'input "x"[0]: expected int64, got a number out of its range'],
    [
      "infinity in int64",
      floats(Number.POSITIVE_INFINITY),
      ELEMENT.int64,
      'input "x"[0]: expected int64, got a number that is not whole',
    ],
    ["-1 in uint8", floats(-1), ELEMENT.uint8, 'input "x"[0]: expected uint8, got a number out of its range'],
    ["2^31 in int32", int64(2n ** 31n), ELEMENT.int32, 'input "x"[0]: expected int32, got a number out of its range'],
    [
      "2^53 + 1 in int32",
      int64(2n ** 53n + 1n),
      ELEMENT.int32,
      'input "x"[0]: expected int32, got a number out of its range',
    ],
    ["-1 in uint64", int64(-1n), ELEMENT.uint64, 'input "x"[0]: expected uint64, got a number out of its range'],
    [
      "2^64 - 1 in int64",
      { dtype: "uint64", data: BigUint64Array.of(2n ** 64n - 1n) },
      ELEMENT.int64,
      'input "x"[0]: expected int64, got a number out of its range',
    ],
    [
      "strings in float32",
      { dtype: "string", data: ["1.5"] },
      ELEMENT.float32,
      'input "x": expected float32, got string',
    ],
    [
      "mixed values in float32",
      object(1, "a"),
      ELEMENT.float32,
      'input "x": expected float32, got values of several types, or missing ones',
    ],
    ["numbers in bool", floats(1), ELEMENT.bool, 'input "x": expected bool, got float64'],
    ["numbers in string", floats(1), ELEMENT.string, 'input "x": expected string, got float64'],
    [
      "bool in string",
      { dtype: "bool", data: Uint8Array.of(1) },
      ELEMENT.string,
      'input "x": expected string, got bool',
    ],
    [
      "dates in int64",
      { dtype: "datetime", data: BigInt64Array.of(1n) },
      ELEMENT.int64,
      'input "x": expected int64, got datetime',
    ],
    [
      "bytes in string",
      { dtype: "binary", data: [new Uint8Array()] },
      ELEMENT.string,
      'input "x": expected string, got binary',
    ],
    ["a list in string", object("a", ["b"]), ELEMENT.string, 'input "x"[1]: expected string, got a list or an object'],
    ["a map in string", object(new Map()), ELEMENT.string, 'input "x"[0]: expected string, got a list or an object'],
    [
      "a NUL in string",
      { dtype: "string", data: ["a", "b\0c"] },
      ELEMENT.string,
      'input "x"[1]: expected string, got a string with a NUL character',
    ],
    [
      "a NUL among mixed values",
      object(1, "\0"),
      ELEMENT.string,
      'input "x"[1]: expected string, got a string with a NUL character',
    ],
    [
      "half a pair in string",
      { dtype: "string", data: ["\ud800x"] },
      ELEMENT.string,
      'input "x"[0]: expected string, got a string with half of a surrogate pair',
    ],
  ])("are refused where they do not fit: %s", async (_, column, elementType, message) => {
    const x = { ...column, shape: [column.data.length] } as Tensor;
    expect(await refused(elementType, [undefined], tensors({ x }))).toBe(message);
  });

  it("name the place of a value in nested lists", async () => {
    const x: Tensor = { dtype: "float64", shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6.5) };
    expect(await refused(ELEMENT.int32, [undefined, 3], tensors({ x }))).toContain('input "x"[1][2]: ');
  });
});

describe("a model of one input", () => {
  const row: Tensor = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) };

  it.each<[string, Batch]>([
    ["the tensor of its name", tensors({ x: row })],
    ["a tensor without a name", tensors({ [UNNAMED]: row })],
    ["columns as one matrix, whatever their names", columns({ b: floats(1), a: floats(2) })],
    ["columns of different numbers", columns({ a: { dtype: "int64", data: BigInt64Array.of(1n) }, b: floats(2) })],
  ])("takes %s", async (_, batch) => {
    expect(await answer(ELEMENT.float32, [undefined, 2], batch)).toEqual(row);
  });

  it("puts columns side by side, row by row", async () => {
    const batch = columns({ a: floats(1, 3), b: { dtype: "int32", data: Int32Array.of(2, 4) } });
    expect(await answer(ELEMENT.int64, [undefined, 2], batch)).toEqual({
      dtype: "int64",
      shape: [2, 2],
      data: BigInt64Array.of(1n, 2n, 3n, 4n),
    });
  });

  it("takes one column where the graph wants a list", async () => {
    expect((await answer(ELEMENT.float32, [undefined], columns({ a: floats(1, 2) })))?.shape).toEqual([2]);
  });

  it("takes strings and mixed values side by side", async () => {
    const batch = columns({ a: { dtype: "string", data: ["x", "y"] }, b: { dtype: "object", data: ["z", 5] } });
    expect((await answer(ELEMENT.string, [undefined, 2], batch))?.data).toEqual(["x", "z", "y", "5"]);
  });

  it("takes no rows", async () => {
    expect((await answer(ELEMENT.float32, [undefined, 2], columns({ a: floats(), b: floats() })))?.shape).toEqual([
      0, 2,
    ]);
  });

  it.each<[string, Batch, string]>([
    ["a tensor of another name", tensors({ z: row }), 'missing input "x"'],
    ["more tensors than inputs", tensors({ x: row, z: row }), 'the model has no inputs but "x": the request has more'],
    ["too few columns", columns({ a: floats(1) }), 'input "x": expected the shape [N, 2], got [1, 1]'],
    [
      "too many dimensions",
      tensors({ x: { ...row, shape: [1, 1, 2] } }),
      'input "x": expected the shape [N, 2], got [1, 1, 2]',
    ],
    ["too few dimensions", tensors({ x: { ...row, shape: [2] } }), 'input "x": expected the shape [N, 2], got [2]'],
    [
      "booleans among numbers",
      columns({ a: floats(1), flag: { dtype: "bool", data: Uint8Array.of(1) } }),
      'column "flag": expected float32, got bool beside columns of another type',
    ],
    [
      "a string among numbers",
      columns({ a: floats(1), word: { dtype: "string", data: ["x"] } }),
      'column "word": expected float32, got string',
    ],
    [
      "a JSON value",
      { kind: "value", value: { a: 1 } },
      "expected tensors or a table, got a JSON value of another form",
    ],
  ])("refuses %s", async (_, batch, message) => {
    expect(await refused(ELEMENT.float32, [undefined, 2], batch)).toBe(message);
  });

  it("names the column and row of a value that does not fit", async () => {
    const batch = columns({ a: floats(1, 2), "b\u202e": floats(1, 2.5) });
    expect(await refused(ELEMENT.int32, [undefined, 2], batch)).toBe(
      'column "b\\u202e", row 1: expected int32, got a number that is not whole',
    );
  });
});

describe("a model of several inputs and outputs", () => {
  const model = onnxModel({
    nodes: [
      identity("n", "out_n"),
      identity("v", "out_v"),
      node({ operator: "ReduceSum", inputs: ["v", "axis"], outputs: ["total"] }),
    ],
    inputs: [
      value("v", tensorType(ELEMENT.float32, [undefined, 1])),
      value("n", tensorType(ELEMENT.int64, [undefined])),
    ],
    outputs: [
      value("total", undefined),
      value("out_v", tensorType(ELEMENT.float32, [undefined, 1])),
      value("out_n", tensorType(ELEMENT.int64, [undefined])),
    ],
    initializers: [tensor("axis", ELEMENT.int64, [2], BigInt64Array.of(0n, 1n))],
  });

  it("takes columns by name and drops others", async () => {
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const batch = columns({
        other: { dtype: "string", data: ["a", "b"] },
        n: { dtype: "int32", data: Int32Array.of(1, 2) },
        v: floats(0.5, 1.5),
      });
      const outputs = await predict(predictor, batch);
      expect([...outputs]).toEqual([
        ["total", { dtype: "float32", shape: [1, 1], data: Float32Array.of(2) }],
        ["out_v", { dtype: "float32", shape: [2, 1], data: Float32Array.of(0.5, 1.5) }],
        ["out_n", { dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) }],
      ]);
    });
  });

  it.each<[string, Batch, string]>([
    ["a missing column", columns({ v: floats(1) }), 'missing column "n"'],
    ["missing tensors", tensors({}), 'missing inputs "v", "n"'],
    [
      "a tensor without a name",
      tensors({ [UNNAMED]: { dtype: "float32", shape: [1], data: Float32Array.of(1) } }),
      'expected an object with the inputs "v", "n", got one tensor without a name',
    ],
  ])("refuses %s", async (_, batch, message) => {
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const error = await failureOf(predictor.predict(batch, { params: new Map(), signal }));
      expect([error.kind, error.message]).toEqual(["model_rejected_input", message]);
    });
  });
});

describe("outputs without dimensions", () => {
  it("are one number", async () => {
    const nodes = [
      node({ operator: "ReduceSum", inputs: ["x"], outputs: ["kept"] }),
      node({ operator: "Squeeze", inputs: ["kept"], outputs: ["y"] }),
    ];
    const model = onnxModel({
      nodes,
      inputs: [value("x", tensorType(ELEMENT.float32, [undefined, 2]))],
      outputs: [value("y", tensorType(ELEMENT.float32, []))],
    });
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const outputs = await predict(predictor, columns({ a: floats(1, 2), b: floats(3, 4) }));
      expect(outputs.get("y")).toEqual({ dtype: "float32", shape: [], data: Float32Array.of(10) });
    });
  });
});

describe("a run that the runtime refuses", () => {
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await loadFolder(`${FIXTURES}text_cols`);
  });
  afterAll(() => predictor[Symbol.asyncDispose]());

  it("is the caller's fault, told without the runtime's words", async () => {
    const error = await failureOf(
      predictor.predict(columns({ text: { dtype: "string", data: [] } }), { params: new Map(), signal }),
    );
    expect(error.kind).toBe("model_rejected_input");
    expect(error.message).toMatch(/^the model's TfIdfVectorizer step cannot run on these values or sizes\. Check /);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("does not start when nobody waits for it", async () => {
    const batch = columns({ text: { dtype: "string", data: ["a"] } });
    const error = await failureOf(predictor.predict(batch, { params: new Map(), signal: AbortSignal.abort() }));
    expect(error.kind).toBe("request_aborted");
  });
});

describe("rows of several requests", () => {
  it.each([
    ["free first dimensions", identityModel(ELEMENT.float32, ["N", 2]), true],
    ["a fixed first dimension", identityModel(ELEMENT.float32, [1, 2]), false],
    ["no dimensions", identityModel(ELEMENT.float32, []), false],
    ["a free rank", identityModel(ELEMENT.float32, undefined), false],
  ])("can share a run or not: %s", async (_, model, batchable) => {
    expect(await withPredictor({ "model.onnx": model }, async (predictor) => predictor.batchable)).toBe(batchable);
  });
});
