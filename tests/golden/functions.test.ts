import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { COERCIONS, type CoercionName } from "../../src/codec/decode/coercion.js";
import { compileReferenceDecoder, type Decoder } from "../../src/codec/decode/reference.js";
import { formatDatetime } from "../../src/codec/encode/datetimes.js";
import { compileEncoder } from "../../src/codec/encode/predictions.js";
import { type Batch, type Call, type ColumnsBatch, UNNAMED } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import { NOT_A_TIME } from "../../src/core/tensor.js";
import { parseSignature } from "../../src/format/signature.js";
import { problemText } from "../../src/http/problem.js";
import {
  type Answer,
  bodyOf,
  findDifference,
  type GoldenCase,
  goldenCases,
  goldenModels,
  isStrictJsonCase,
  modelPath,
} from "../support/golden.js";

// The python_function models of the fixtures have the same function in JavaScript. Until a flavor runs those, they are
// called here between decoding and encoding.
const models = goldenModels().filter((model) => existsSync(join(modelPath(model), "predict.mjs")));

describe.each(models)("%s", (model) => {
  const cases = goldenCases(model).filter((golden) => isStrictJsonCase(golden) && isJsonCall(golden));

  it.each(cases.map((golden) => [golden.id, golden] as const))("%s as MLflow", async (_, golden) => {
    expect(findDifference(golden, await answerOf(golden, "mlflow"))).toBeUndefined();
  });

  it.each(cases.map((golden) => [golden.id, golden] as const))(
    "%s as MLflow or with a safe refusal",
    async (_, golden) => {
      const answer = await answerOf(golden, "safe");
      if (findDifference(golden, answer) !== undefined)
        expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(DAMAGE) });
    },
  );
});

/** What a refusal of `safe` that `mlflow` does not share says: see COERCION_DIFFERENCES. */
const DAMAGE =
  /would become|would be cut off|not within -?\d+ to|in the longest row|beyond the range|stands twice in its object|expected binary/;

async function answerOf(golden: GoldenCase, coercion: CoercionName): Promise<Answer> {
  const { default: predict } = await import(pathToFileURL(join(modelPath(golden.model), "predict.mjs")).href);
  const decode = compileReferenceDecoder(signatureOf(golden.model), {
    unsigned: "json",
    coercion: COERCIONS[coercion],
  });
  return answerWith(decode, predict, bodyOf(golden) ?? new Uint8Array());
}

function isJsonCall({ method, path, headers }: GoldenCase): boolean {
  return method === "POST" && path === "/invocations" && headers["content-type"] === "application/json";
}

function signatureOf(model: string) {
  const descriptor = parse(readFileSync(join(modelPath(model), "MLmodel"), "utf8"));
  return parseSignature(descriptor.signature ?? {});
}

const encode = compileEncoder();

type Predict = (input: unknown, context: { params: object }) => unknown;

async function answerWith(decode: Decoder, predict: Predict, body: Uint8Array): Promise<Answer> {
  try {
    const call = decode(body);
    const result = await predict(toFunctionInput(call.batch), { params: Object.fromEntries(call.params) });
    const bytes = encode(toOutputs(result), { form: call.form, tableRows: undefined });
    return { status: 200, mediaType: "application/json", text: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    return { status: error.status, mediaType: "application/json", text: problemText(error) };
  }
}

function toFunctionInput(batch: Call["batch"]): unknown {
  if (batch.kind === "columns") return toRows(batch);
  if (batch.kind === "tensors") return batch.tensors.get(UNNAMED) ?? Object.fromEntries(batch.tensors);
  return batch.value;
}

function toRows({ rows, columns }: ColumnsBatch): object[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      Array.from(columns, ([name, column]) => {
        if (column.dtype === "bool") return [name, column.data[row] === 1];
        if (column.dtype === "datetime") return [name, formatDatetime(column.data[row] ?? NOT_A_TIME)];
        return [name, column.data[row]];
      }),
    ),
  );
}

function toOutputs(result: unknown): Batch {
  const isTensor = typeof result === "object" && result !== null && "dtype" in result && "shape" in result;
  // The function's promise: what has a dtype and a shape is a tensor.
  return isTensor
    ? { kind: "tensors", tensors: new Map([[UNNAMED, result as never]]) }
    : { kind: "value", value: result };
}
