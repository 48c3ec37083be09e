import { type Batch, type BodyForm, type Call, WRAPPED_FORMS, type WrappedForm } from "../../../core/batch.js";
import { type DecodeLimits, OWN_DATA_LIMITS } from "../../../core/decode-limits.js";
import { MlserveError } from "../../../core/errors.js";
import type { JsonValue } from "../../../core/json.js";
import { CLOSE_OBJECT, COLON, OPEN_OBJECT } from "../../../core/json-bytes.js";
import type { Schema, Signature } from "../../../format/signature.js";
import { COERCIONS, type Coercion } from "../coercion.js";
import { compileParams } from "../params.js";
import { compileReferenceDecoder, type Decoder, type DecoderOptions } from "../reference.js";
import { isUnwrapped } from "../unwrapped.js";
import { withOwnColumns } from "../with-own-columns.js";
import { compileColumnForms } from "./column-forms.js";
import type { CompiledForms } from "./forms.js";
import { HAND_OVER, handOver } from "./hand-over.js";
import { Source } from "./source.js";
import { compileTensorForms } from "./tensor-forms.js";

/**
 * The decoder of JSON bodies: from bytes to typed arrays without values in between, where the signature has readers for
 * the form and the body holds nothing unusual.
 *
 * Every other body goes to the reference decoder, from its first byte on, and so every refusal comes from there, but for
 * that of more rows than the limit.
 */
export function compileJsonDecoder(signature: Signature, options: DecoderOptions): Decoder {
  const reference = compileReferenceDecoder(signature, options);
  const compiled = compileSwiftDecoder(signature, options);
  return compiled === undefined ? reference : (body) => compiled(body) ?? reference(body);
}

/** A decoder that gives undefined for what it hands over; undefined where that would be everything. */
export function compileSwiftDecoder(
  signature: Signature,
  { coercion = COERCIONS.safe, limits: given = OWN_DATA_LIMITS }: Omit<DecoderOptions, "unsigned">,
): ((body: Uint8Array) => Call | undefined) | undefined {
  // A function with a type hint takes a list as it is, of which no typed arrays are made.
  if (signature.fromTypeHint === true) return undefined;
  const limits = withOwnColumns(given, signature.inputs);
  const forms = compileForms(signature.inputs, coercion, limits);
  if (Object.keys(forms).length === 0) return undefined;
  const decodeParams = compileParams(signature.params, coercion);
  const options = { nonFinite: true, repeatedKeys: coercion.repeatedKeys, limits };
  return (body) => {
    try {
      const { form, batch, params } = readBody(new Source(body, options), forms);
      return { form, batch, params: decodeParams(params) };
    } catch (error) {
      if (error === HAND_OVER || (error instanceof MlserveError && error.kind !== "body_too_large")) return undefined;
      throw error;
    }
  };
}

function compileForms(inputs: Schema | undefined, { casts }: Coercion, limits: DecodeLimits): CompiledForms {
  if (inputs === undefined || !bearsTables(inputs, limits)) return {};
  return inputs.kind === "columns" ? compileColumnForms(inputs, casts, limits) : compileTensorForms(inputs, limits);
}

/** Levels of `{"dataframe_split":{"data":[[…]]}}`, and what an object of it may have as keys. */
const TABLE_LEVELS = 4;
const TABLE_KEYS = 3;

/** Do the limits allow what the readers take for granted? */
function bearsTables(inputs: Schema, { maxDepth, maxColumns, maxStringBytes }: DecodeLimits): boolean {
  const specs = inputs.kind === "columns" ? inputs.columns : inputs.tensors;
  const isShort = specs.every(({ name = "" }) => Buffer.byteLength(JSON.stringify(name)) <= maxStringBytes);
  return isShort && maxDepth >= TABLE_LEVELS && maxColumns >= TABLE_KEYS;
}

interface ReadBody {
  readonly form: BodyForm;
  readonly batch: Batch;
  readonly params: JsonValue | undefined;
}

function readBody(source: Source, forms: CompiledForms): ReadBody {
  const others = new Map<string, JsonValue>();
  let form: keyof CompiledForms | undefined;
  let batch: Batch | undefined;
  let keys = 0;
  source.take(OPEN_OBJECT);
  do {
    if (++keys > source.limits.maxColumns) handOver();
    source.peek();
    const key = source.takeText();
    source.take(COLON);
    source.peek();
    if (isForm(key)) {
      if (form !== undefined) handOver();
      form = key;
      batch = (forms[key] ?? handOver)(source);
    } else if (others.has(key)) handOver();
    else others.set(key, source.takeAny(1));
  } while (source.goesOn(CLOSE_OBJECT));
  if (source.at !== source.end || form === undefined || batch === undefined || isUnwrapped(others)) handOver();
  return { form, batch, params: others.get("params") };
}

function isForm(key: string): key is WrappedForm {
  return WRAPPED_FORMS.some((form) => form === key);
}
