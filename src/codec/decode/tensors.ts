import { type TensorsBatch, UNNAMED } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import type { DType, Tensor } from "../../core/tensor.js";
import type { TensorSpec, TensorsSchema } from "../../format/signature.js";
import type { CastTable } from "./casts.js";
import type { Frame, FrameColumn } from "./frame.js";
import { gatherKeys, requireEqualLengths } from "./instances.js";
import { jsonKind } from "./json-kind.js";
import { flattenList } from "./nested-list.js";
import { columnPlace, refuseCell, refuseElement } from "./place.js";

/** Turns the data of every body form into the tensors of one signature. */
export interface TensorsDecoder {
  fromFrame(frame: Frame): TensorsBatch;
  fromInputs(value: JsonValue): TensorsBatch;
  fromInstances(value: JsonValue): TensorsBatch;
  fromUnwrapped(value: JsonObject): TensorsBatch;
}

export function compileTensors(schema: TensorsSchema, casts: CastTable): TensorsDecoder {
  const specs = schema.tensors;
  const named = specs[0]?.name !== undefined;
  const byName = new Map(specs.map((spec) => [spec.name, spec]));

  function castValue(dtype: DType, value: JsonValue, where: string): Tensor {
    const list = layOut(value, dtype, where);
    const data = casts.elements[dtype](list.values, refuseElement(where, dtype, list));
    return { dtype, shape: list.shape, data } as Tensor;
  }

  function enforce(tensors: ReadonlyMap<string, Tensor>): TensorsBatch {
    checkMissing(specs, tensors);
    const checked = specs.map((spec): [string, Tensor] => {
      const name = spec.name ?? UNNAMED;
      const tensor = tensors.get(name);
      if (tensor === undefined) throw mismatch(`missing tensor ${quoteName(name)}`);
      checkShape(spec, tensor.shape);
      return [name, tensor];
    });
    return { kind: "tensors", tensors: new Map(checked) };
  }

  function fromMap(value: JsonObject, where: string): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    for (const [name, item] of value) {
      const spec = byName.get(name);
      if (spec === undefined) flattenList(item, `${where}: a tensor that the signature does not have`);
      else tensors.set(name, castValue(spec.dtype, item, `${where}[${quoteName(name)}]`));
    }
    return tensors;
  }

  function fromInputs(value: JsonValue, where = "inputs"): TensorsBatch {
    const first = specs[0];
    if (first === undefined) throw mismatch("the signature has no tensors");
    if (!named && (value === null || value instanceof Map)) {
      throw new MlserveError("invalid_body", `expected a list or a scalar, as the signature names no tensors, got ${jsonKind(value)}`, { where });
    }
    if (value instanceof Map) return enforce(fromMap(value, where));
    if (Array.isArray(value) && value.some((item) => item instanceof Map)) return refuseObjects(value, first, where);
    const tensor = castValue(first.dtype, value, where);
    if (!named || specs.length === 1) return enforce(new Map([[first.name ?? UNNAMED, tensor]]));
    // One list cannot stand for several tensors.
    return enforce(new Map());
  }

  function refuseObjects(value: readonly JsonValue[], first: TensorSpec, where: string): never {
    if (value.every((item) => item instanceof Map)) throw mismatch("expected tensors, got a list of objects", where);
    castValue(first.dtype, [...value], where);
    throw mismatch("expected tensors, got a list with objects", where);
  }

  function fromInstances(value: JsonValue): TensorsBatch {
    if (!Array.isArray(value) || !(value[0] instanceof Map)) {
      if (value instanceof Map && named) return enforce(withEqualLengths(fromMap(value, "instances")));
      return fromInputs(value, "instances");
    }
    if (!named) throw mismatch("expected a list of values, as the signature names no tensors, got a list of objects", "instances");
    return enforce(withEqualLengths(fromMap(gatherKeys(value), "instances[*]")));
  }

  function fromFrame(frame: Frame): TensorsBatch {
    const first = specs[0];
    if (first === undefined) throw mismatch("the signature has no tensors");
    if (!named) return enforce(new Map([[UNNAMED, frameTensor(frame, first, casts)]]));
    const found = specs.map((spec) => frame.columns.filter(({ name }) => name === spec.name));
    const tensors = new Map<string, Tensor>();
    const present = specs.flatMap((spec, i) => (found[i]?.[0] === undefined ? [] : [{ spec, column: found[i][0] }]));
    for (const { spec, column } of present) precast(spec, column, casts);
    checkMissing(specs, new Map(present.map(({ spec }) => [spec.name ?? UNNAMED, true])));
    if (found.some((columns) => columns.length > 1)) throw mismatch("a column stands twice in the request");
    for (const { spec, column } of present) tensors.set(spec.name ?? UNNAMED, columnTensor(spec, column, casts));
    return enforce(tensors);
  }

  return { fromFrame, fromInputs: (value) => fromInputs(value), fromInstances, fromUnwrapped: (value) => fromInputs(value) };
}

function withEqualLengths(tensors: Map<string, Tensor>): Map<string, Tensor> {
  requireEqualLengths(Array.from(tensors.values(), ({ shape }) => shape[0]));
  return tensors;
}

function layOut(value: JsonValue, dtype: DType, where: string) {
  // numpy stores lists of unequal lengths as objects, where objects are asked for.
  if (dtype !== "object") return flattenList(value, where);
  try {
    return flattenList(value, where);
  } catch {
    return flattenList(value, where, 1);
  }
}

function checkMissing(specs: readonly TensorSpec[], present: ReadonlyMap<string, unknown>): void {
  const missing = specs.filter(({ name }) => !present.has(name ?? UNNAMED)).map(({ name }) => quoteName(name ?? ""));
  if (missing.length === 0) return;
  throw mismatch(`missing ${missing.length === 1 ? "tensor" : "tensors"} ${missing.join(", ")}`, undefined, "The signature requires every one of them");
}

function checkShape(spec: TensorSpec, shape: readonly number[]): void {
  if (spec.dtype === "object" && spec.shape.length === 1 && spec.shape[0] === -1) return;
  const fits = spec.shape.length === shape.length && spec.shape.every((size, i) => size === -1 || size === shape[i]);
  if (fits) return;
  const place = spec.name === undefined ? undefined : `tensor ${quoteName(spec.name)}`;
  throw mismatch(`expected shape ${formatShape(spec.shape)}, got [${shape.join(", ")}]`, place);
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.map((size) => (size === -1 ? "any" : size)).join(", ")}]`;
}

/** A table under an unnamed tensor: one column with what that allows, or as many columns as the second dimension. */
function frameTensor(frame: Frame, spec: TensorSpec, casts: CastTable): Tensor {
  for (const column of frame.columns) precast(spec, column, casts);
  const width = frame.columns.length;
  const [only] = frame.columns;
  if (only === undefined || frame.rows === 0) throw mismatch("the table is empty");
  if (width === 1) return columnTensor(spec, only, casts);
  if (spec.shape.length !== 2 || spec.shape[0] !== -1 || spec.shape[1] !== width) {
    throw mismatch(`expected shape ${formatShape(spec.shape)}, got a table of ${width} columns`);
  }
  if (frame.columns.some(hasLists)) throw mismatch("expected scalar values in a table of several columns, got lists");
  const cells = Array.from({ length: frame.rows * width }, (_, i) => frame.columns[i % width]?.cells[Math.floor(i / width)] ?? null);
  const refuse = refuseElement("data", spec.dtype, { shape: [frame.rows, width], values: cells });
  return { dtype: spec.dtype, shape: [frame.rows, width], data: casts.tensorCells[spec.dtype](cells, refuse) } as Tensor;
}

function hasLists(column: FrameColumn): boolean {
  return Array.isArray(column.cells[0]);
}

/** The cast that MLflow makes before it looks at shapes: its failures come first, and are failures of the body. */
function precast(spec: TensorSpec, column: FrameColumn, casts: CastTable): void {
  if (column.cells.length === 0) throw new MlserveError("cast_failed", "the table has no rows", { where: columnPlace(spec.name, 0) });
  if (!hasLists(column)) casts.tensorCells[spec.dtype](column.cells, refuseCell(columnPlace(spec.name, 0), spec.dtype, column.cells));
}

/** A column under a tensor: scalars for the shapes [any] and [any, 1], or flat lists that are reshaped. */
function columnTensor(spec: TensorSpec, column: FrameColumn, casts: CastTable): Tensor {
  const place = columnPlace(spec.name, 0);
  const [first, ...rest] = spec.shape;
  if (first !== -1 || rest.includes(-1)) {
    throw mismatch(`a table fits only shapes whose first dimension alone is free, not ${formatShape(spec.shape)}`, place);
  }
  const rows = column.cells.length;
  const size = rest.reduce((product, dimension) => product * dimension, 1);
  const shape = [rows, ...rest];
  if (!hasLists(column)) {
    if (rest.length > 1 || size !== 1) throw mismatch(`expected lists of ${size} values for shape ${formatShape(spec.shape)}, got scalars`, place);
    return { dtype: spec.dtype, shape, data: casts.tensorCells[spec.dtype](column.cells, refuseCell(place, spec.dtype, column.cells)) } as Tensor;
  }
  const cells = column.cells.flatMap((cell, row) => flatCell(cell, size, `${place}, row ${row}`));
  const refuse = (index: number): never => {
    const row = Math.floor(index / size);
    throw mismatch(`expected ${spec.dtype}, got ${jsonKind(cells[index])}`, `${place}, row ${row}[${index % size}]`);
  };
  return { dtype: spec.dtype, shape, data: casts.tensorCells[spec.dtype](cells, refuse) } as Tensor;
}

function flatCell(cell: JsonValue, size: number, place: string): JsonValue[] {
  if (!Array.isArray(cell)) throw mismatch(`expected a list as in the first row, got ${jsonKind(cell)}`, place);
  if (cell.length !== size) throw mismatch(`expected ${size} values, got ${cell.length}`, place);
  const nested = cell.find((value) => Array.isArray(value) || value instanceof Map);
  if (nested !== undefined) throw mismatch(`expected a flat list of scalars, got one that holds a ${jsonKind(nested)}`, place);
  return cell;
}

function mismatch(reason: string, where?: string, hint?: string): MlserveError {
  return new MlserveError("schema_mismatch", reason, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}
