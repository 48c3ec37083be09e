import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import { type Batch, type Params, UNNAMED } from "../core/batch.js";
import { type Column, type DType, isTypedDType, type Tensor, TYPED_ARRAYS } from "../core/tensor.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Model } from "../format/model.js";
import { COLUMN_DTYPES, type ColumnSpec, type Schema, type Signature, type TensorSpec } from "../format/signature.js";

/** What a model can be timed with. */
export interface TrialBatch {
  readonly batch: Batch;
  readonly params: Params;
}

/**
 * The input example of a model, or one row of zeros as its signature says; undefined where there is no example, and a
 * row takes more than zeros. Throws what decoding the example throws.
 */
export async function trialBatch(
  { descriptor, files }: Model,
  { unsigned }: Pick<Predictor, "unsigned">,
): Promise<TrialBatch | undefined> {
  const { signature, inputExample } = descriptor;
  const path = inputExample?.servingInputPath;
  if (path === undefined || !files.has(path)) return zeros(signature);
  return compileReferenceDecoder(signature, { unsigned, coercion: COERCIONS.mlflow })(await files.read(path));
}

/** A row that is larger is no trial but a load. */
const MAX_ELEMENTS = 10_000_000;

function zeros({ inputs, params = [] }: Signature): TrialBatch | undefined {
  const batch = inputs === undefined || params.length > 0 ? undefined : zeroBatch(inputs);
  return batch === undefined ? undefined : { batch, params: new Map() };
}

function zeroBatch(schema: Schema): Batch | undefined {
  if (schema.kind === "columns") {
    const columns = allOf(schema.columns, zeroColumn);
    return columns && { kind: "columns", rows: 1, columns };
  }
  const tensors = allOf(schema.tensors, zeroTensor);
  return tensors && { kind: "tensors", tensors };
}

/** By their names; undefined where one of them cannot be made. */
function allOf<Spec extends { readonly name?: string }, Made>(
  specs: readonly Spec[],
  make: (spec: Spec) => Made | undefined,
): Map<string, Made> | undefined {
  const made = new Map<string, Made>();
  for (const spec of specs) {
    const one = make(spec);
    if (one === undefined) return undefined;
    made.set(spec.name ?? UNNAMED, one);
  }
  return made;
}

function zeroColumn({ name, type }: ColumnSpec): Column | undefined {
  if (name === undefined || type.kind !== "scalar") return undefined;
  return zeroData(COLUMN_DTYPES[type.type], 1);
}

/** A dimension of any length has 1. */
function zeroTensor({ dtype, shape: lengths }: TensorSpec): Tensor | undefined {
  const shape = lengths.map((length) => (length === -1 ? 1 : length));
  const data = zeroData(
    dtype,
    shape.reduce((product, length) => product * length, 1),
  );
  return data && { ...data, shape };
}

function zeroData(dtype: DType, elements: number): Column | undefined {
  if (!isTypedDType(dtype) || elements > MAX_ELEMENTS) return undefined;
  // The array class of a dtype holds its values.
  return { dtype, data: new TYPED_ARRAYS[dtype](elements) } as Column;
}
