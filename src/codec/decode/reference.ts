import { type Batch, type Call, WRAPPED_FORMS, type WrappedForm } from "../../core/batch.js";
import { type DecodeLimits, OWN_DATA_LIMITS } from "../../core/decode-limits.js";
import { MlserveError } from "../../core/errors.js";
import { type JsonObject, type JsonValue, parseJson, toPlain } from "../../core/json.js";
import type { Schema, Signature } from "../../format/signature.js";
import { COERCIONS, type Coercion } from "./coercion.js";
import { compileColumns } from "./columns.js";
import { type Frame, type FrameRules, readRecordsFrame, readSplitFrame } from "./frame.js";
import { jsonKind } from "./json-kind.js";
import { compileParams } from "./params.js";
import { compileTensors } from "./tensors.js";
import { asMismatch, compileTypeHint } from "./type-hint.js";
import { createUnsignedDecoder } from "./unsigned.js";
import { isUnwrapped, splitUnwrapped } from "./unwrapped.js";
import { withOwnColumns } from "./with-own-columns.js";

/** Turns the bytes of one request into a call. Throws the 400 rows of the error table. */
export type Decoder = (body: Uint8Array) => Call;

export interface DecoderOptions {
  /** What a model without a signature is given: see `Predictor.unsigned`. */
  readonly unsigned: "arrays" | "json";
  /** Default `safe`. */
  readonly coercion?: Coercion;
  /** Default: those for the user's own data. */
  readonly limits?: DecodeLimits;
}

interface DataDecoder {
  fromFrame(frame: Frame): Batch;
  fromInputs(value: JsonValue): Batch;
  fromInstances(value: JsonValue): Batch;
  fromUnwrapped(value: JsonObject): Batch;
}

/**
 * The decoder of JSON bodies that reads the whole body into a tree first: slow and obvious, the specification of every
 * faster one.
 */
export function compileReferenceDecoder(signature: Signature, options: DecoderOptions): Decoder {
  const rules = toRules(signature.inputs, options);
  const forms = signature.fromTypeHint === true ? compileHinted(signature.inputs) : compileForms(signature, rules);
  const decodeParams = compileParams(signature.params, rules.coercion);
  return (bytes) => {
    const body = readBody(bytes, rules);
    if (isUnwrapped(body)) {
      const { data, params } = splitUnwrapped(body, signature.params ?? []);
      // It is not cast, so that whatever does not fit is a mismatch with the signature.
      return { form: "unwrapped", batch: asMismatch(() => forms.unwrapped(data)), params: decodeParams(params) };
    }
    const form = findForm(body);
    const batch = forms[form](body.get(form) ?? null);
    return { form, batch, params: decodeParams(body.get("params")) };
  };
}

/** What a signature makes of rows that are parsed already: records of a table, or `instances`. */
export interface RowsDecoder {
  fromRecords(rows: readonly JsonValue[]): Batch;
  fromInstances(rows: readonly JsonValue[]): Batch;
}

/** Compiles the reading of rows as `dataframe_records` and `instances` are read. */
export function compileRowsDecoder(inputs: Schema | undefined, options: DecoderOptions): RowsDecoder {
  const rules = toRules(inputs, options);
  const decoder = compileData(inputs, rules);
  return {
    fromRecords: (rows) => decoder.fromFrame(readRecordsFrame([...rows], frameRules(rules))),
    fromInstances: (rows) => decoder.fromInstances([...rows]),
  };
}

function toRules(inputs: Schema | undefined, options: DecoderOptions): Required<DecoderOptions> {
  const { coercion = COERCIONS.safe, limits = OWN_DATA_LIMITS, unsigned } = options;
  return { coercion, unsigned, limits: withOwnColumns(limits, inputs) };
}

function frameRules({ coercion, limits }: Required<DecoderOptions>): FrameRules {
  return { shortRows: coercion.shortRows, limits };
}

interface Forms extends Record<WrappedForm, (value: JsonValue) => Batch> {
  readonly unwrapped: (data: JsonObject) => Batch;
}

function compileForms({ inputs }: Signature, rules: Required<DecoderOptions>): Forms {
  const decoder = compileData(inputs, rules);
  const frames = frameRules(rules);
  return {
    dataframe_split: (value) => decoder.fromFrame(readSplitFrame(value, frames)),
    dataframe_records: (value) => decoder.fromFrame(readRecordsFrame(value, frames)),
    inputs: (value) => decoder.fromInputs(value),
    instances: (value) => decoder.fromInstances(value),
    unwrapped: (data) => decoder.fromUnwrapped(data),
  };
}

/** A function with a type hint takes the value of `inputs` itself, and no table is made of it. */
function compileHinted(inputs: Schema | undefined): Forms {
  const fromInputs = compileTypeHint(inputs);
  return {
    dataframe_split: refuseTable,
    dataframe_records: refuseTable,
    inputs: fromInputs,
    instances: refuseTable,
    unwrapped: fromInputs,
  };
}

function refuseTable(): never {
  throw new MlserveError("schema_mismatch", "expected the key inputs, as the model's function takes the list under it");
}

function readBody(bytes: Uint8Array, { coercion, limits }: Required<DecoderOptions>): JsonObject {
  const body = parseJson(bytes, { nonFinite: true, repeatedKeys: coercion.repeatedKeys, limits });
  if (body instanceof Map) return body;
  throw new MlserveError(
    "invalid_body",
    `expected a JSON object with exactly one of ${WRAPPED_FORMS.join(", ")}, got ${jsonKind(body)}`,
  );
}

function findForm(body: JsonObject): WrappedForm {
  const found = WRAPPED_FORMS.filter((form) => body.has(form));
  const [form] = found;
  if (form !== undefined && found.length === 1) return form;
  const got = found.length === 0 ? "none of them" : found.join(" and ");
  throw new MlserveError("invalid_body", `expected exactly one of ${WRAPPED_FORMS.join(", ")} in the body, got ${got}`);
}

function compileData(
  inputs: Schema | undefined,
  { coercion, limits, unsigned }: Required<DecoderOptions>,
): DataDecoder {
  const { casts } = coercion;
  if (inputs?.kind === "columns") return compileColumns(inputs, casts, limits);
  if (inputs?.kind === "tensors") return compileTensors(inputs, casts, limits);
  const arrays = createUnsignedDecoder(casts, limits);
  if (unsigned === "arrays") return arrays;
  const asValue = (value: JsonValue): Batch => ({ kind: "value", value: toPlain(value) });
  return { fromFrame: arrays.fromFrame, fromInputs: asValue, fromInstances: asValue, fromUnwrapped: asValue };
}
