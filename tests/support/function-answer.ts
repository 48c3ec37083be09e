import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COERCIONS, type CoercionName } from "../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../src/codec/decode/decoder.js";
import { formatDatetime } from "../../src/codec/encode/datetimes.js";
import { compileEncoder } from "../../src/codec/encode/predictions.js";
import { isMediaType } from "../../src/codec/media-types.js";
import { type Batch, type Call, type ColumnsBatch, UNNAMED } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import { type Column, NOT_A_TIME } from "../../src/core/tensor.js";
import { parseMlmodel } from "../../src/format/mlmodel.js";
import { parseMediaType } from "../../src/http/media-type.js";
import { problemText } from "../../src/http/problem.js";
import { type Answer, bodyOf, type GoldenCase, modelPath } from "./golden.js";

/**
 * The answer to a call of one of the python_function models of the fixtures, which have the same function in
 * JavaScript. Until a flavor runs those, it is called here between decoding and encoding.
 */
export async function functionAnswer(golden: GoldenCase, coercion: CoercionName): Promise<Answer> {
  const { default: predict } = await import(pathToFileURL(join(modelPath(golden.model), "predict.mjs")).href);
  return answerGolden(golden, coercion, predict);
}

/** The answer to a call of a python_function model whose function is given. */
export async function answerGolden(golden: GoldenCase, coercion: CoercionName, predict: Predict): Promise<Answer> {
  const decode = compileDecoder(signatureOf(golden.model), { unsigned: "json", coercion: COERCIONS[coercion] });
  const media = parseMediaType(golden.headers["content-type"] ?? "application/json");
  if (!isMediaType(media)) throw new Error(`no body format has the media type ${media}`);
  return answerWith(() => decode(bodyOf(golden) ?? new Uint8Array(), media), predict);
}

function signatureOf(model: string) {
  return parseMlmodel(readFileSync(join(modelPath(model), "MLmodel"))).signature;
}

const encode = compileEncoder();

type Predict = (input: unknown, context: { params: object }) => unknown;

async function answerWith(decode: () => Call | Promise<Call>, predict: Predict): Promise<Answer> {
  try {
    const call = await decode();
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
    Object.fromEntries(Array.from(columns, ([name, column]) => [name, rowValue(column, row)])),
  );
}

/** A missing value is null, whatever the type. */
function rowValue({ dtype, data }: Column, row: number): unknown {
  const value = data[row];
  if (dtype === "bool") return value === 1;
  if (dtype === "datetime" && typeof value === "bigint") return value === NOT_A_TIME ? null : formatDatetime(value);
  return Number.isNaN(value) ? null : value;
}

function toOutputs(result: unknown): Batch {
  const isTensor = typeof result === "object" && result !== null && "dtype" in result && "shape" in result;
  // The function's promise: what has a dtype and a shape is a tensor.
  return isTensor
    ? { kind: "tensors", tensors: new Map([[UNNAMED, result as never]]) }
    : { kind: "value", value: result };
}
