import { type TensorsBatch, UNNAMED } from "../../core/batch.js";
import type { DecodeLimits } from "../../core/decode-limits.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import type { DType, Tensor } from "../../core/tensor.js";
import type { TensorSpec, TensorsSchema } from "../../format/signature.js";
import type { CastTable } from "./casts.js";
import type { Frame } from "./frame.js";
import { columnTensor, frameTensor, precast } from "./frame-tensors.js";
import { groupByName } from "./group-by-name.js";
import { gatherKeys, requireEqualLengths } from "./instances.js";
import { jsonKind } from "./json-kind.js";
import { mismatch } from "./mismatch.js";
import { flattenList } from "./nested-list.js";
import { refuseElement } from "./place.js";
import { checkShape } from "./tensor-shape.js";

/** Turns the data of every body form into the tensors of one signature. */
export interface TensorsDecoder {
  fromFrame(frame: Frame): TensorsBatch;
  fromInputs(value: JsonValue, where?: string): TensorsBatch;
  fromInstances(value: JsonValue): TensorsBatch;
  fromUnwrapped(value: JsonObject): TensorsBatch;
}

export function compileTensors(schema: TensorsSchema, casts: CastTable, limits: DecodeLimits): TensorsDecoder {
  return new TensorsReader(schema, casts, limits);
}

class TensorsReader implements TensorsDecoder {
  private readonly specs: readonly TensorSpec[];
  /** Its type is that of a bare list. */
  private readonly first: TensorSpec;
  private readonly byName: ReadonlyMap<string | undefined, TensorSpec>;
  private readonly named: boolean;
  private readonly casts: CastTable;
  private readonly limits: DecodeLimits;

  constructor({ tensors }: TensorsSchema, casts: CastTable, limits: DecodeLimits) {
    const [first] = tensors;
    if (first === undefined) throw new MlserveError("invalid_descriptor", "the signature has no tensors");
    this.specs = tensors;
    this.first = first;
    this.casts = casts;
    this.limits = limits;
    this.byName = new Map(tensors.map((spec) => [spec.name, spec]));
    this.named = first.name !== undefined;
  }

  private castValue(dtype: DType, value: JsonValue, where: string): Tensor {
    const list = layOut(value, dtype, where, this.limits);
    const data = this.casts.elements[dtype](list.values, refuseElement(where, dtype, list));
    return { dtype, shape: list.shape, data } as Tensor;
  }

  private enforce(tensors: ReadonlyMap<string, Tensor>): TensorsBatch {
    checkMissing(this.specs, tensors);
    const checked = this.specs.map((spec): [string, Tensor] => {
      const name = spec.name ?? UNNAMED;
      const tensor = tensors.get(name);
      if (tensor === undefined) throw mismatch(`missing tensor ${quoteName(name)}`);
      checkShape(spec, tensor.shape);
      return [name, tensor];
    });
    return { kind: "tensors", tensors: new Map(checked) };
  }

  private fromMap(value: JsonObject, where: string): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    for (const [name, item] of value) {
      const spec = this.byName.get(name);
      if (spec === undefined) flattenList(item, `${where}: a tensor that the signature does not have`, this.limits);
      else tensors.set(name, this.castValue(spec.dtype, item, `${where}[${quoteName(name)}]`));
    }
    return tensors;
  }

  fromInputs(value: JsonValue, where = "inputs"): TensorsBatch {
    if (!this.named && (value === null || value instanceof Map)) {
      throw new MlserveError(
        "invalid_body",
        `expected a list or a scalar, as the signature names no tensors, got ${jsonKind(value)}`,
        { where },
      );
    }
    if (value instanceof Map) return this.enforce(this.fromMap(value, where));
    if (Array.isArray(value) && value.some((item) => item instanceof Map)) return this.refuseObjects(value, where);
    const tensor = this.castValue(this.first.dtype, value, where);
    if (!this.named || this.specs.length === 1) return this.enforce(new Map([[this.first.name ?? UNNAMED, tensor]]));
    // One list cannot stand for several tensors.
    return this.enforce(new Map());
  }

  private refuseObjects(value: readonly JsonValue[], where: string): never {
    if (value.every((item) => item instanceof Map)) throw mismatch("expected tensors, got a list of objects", where);
    this.castValue(this.first.dtype, [...value], where);
    throw mismatch("expected tensors, got a list with objects", where);
  }

  fromInstances(value: JsonValue): TensorsBatch {
    if (!Array.isArray(value) || !(value[0] instanceof Map)) {
      if (value instanceof Map && this.named) return this.enforce(withEqualLengths(this.fromMap(value, "instances")));
      return this.fromInputs(value, "instances");
    }
    if (!this.named)
      throw mismatch(
        "expected a list of values, as the signature names no tensors, got a list of objects",
        "instances",
      );
    return this.enforce(withEqualLengths(this.fromMap(gatherKeys(value, this.limits), "instances[*]")));
  }

  fromFrame(frame: Frame): TensorsBatch {
    if (!this.named) return this.enforce(new Map([[UNNAMED, frameTensor(frame, this.first, this.casts)]]));
    const named = groupByName(frame.columns);
    const cast = this.specs.flatMap((spec) => {
      const [column] = named(spec.name);
      return column === undefined
        ? []
        : [{ spec, name: spec.name ?? UNNAMED, column: precast(spec, column, this.casts) }];
    });
    checkMissing(this.specs, new Set(cast.map(({ name }) => name)));
    if (this.specs.some(({ name }) => named(name).length > 1)) throw mismatch("a column stands twice in the request");
    return this.enforce(new Map(cast.map(({ spec, name, column }) => [name, columnTensor(spec, column, this.casts)])));
  }

  fromUnwrapped(value: JsonObject): TensorsBatch {
    return this.fromInputs(value);
  }
}

function withEqualLengths(tensors: Map<string, Tensor>): Map<string, Tensor> {
  requireEqualLengths(Array.from(tensors.values(), ({ shape }) => shape[0]));
  return tensors;
}

function layOut(value: JsonValue, dtype: DType, where: string, limits: DecodeLimits) {
  // numpy stores lists of unequal lengths as objects, where objects are asked for.
  if (dtype !== "object") return flattenList(value, where, limits);
  try {
    return flattenList(value, where, limits);
  } catch {
    return flattenList(value, where, limits, 1);
  }
}

function checkMissing(specs: readonly TensorSpec[], present: { has(name: string): boolean }): void {
  const missing = specs.filter(({ name }) => !present.has(name ?? UNNAMED)).map(({ name }) => quoteName(name ?? ""));
  if (missing.length === 0) return;
  throw mismatch(
    `missing ${missing.length === 1 ? "tensor" : "tensors"} ${missing.join(", ")}`,
    undefined,
    "The signature requires every one of them",
  );
}
