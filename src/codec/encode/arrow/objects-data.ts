import { Bool, type Data, Field, Float64, Int64, List, makeData, Null, Struct } from "apache-arrow";
import { MlserveError } from "../../../core/errors.js";
import { JsonFloat } from "../../../core/json.js";
import { toMap } from "../../../core/to-map.js";
import { bytesData, packBits, textsData, validity } from "./arrow-layout.js";

/** Lists and objects that are nested deeper are an error of the model. */
const MAX_DEPTH = 64;

/**
 * Values of any one form in Arrow's memory layout: texts, booleans, numbers, bytes, lists, and objects as structs, with
 * null among them.
 *
 * A number that JavaScript cannot tell from an integer is a float; a bigint is an integer. Throws `not_acceptable` for
 * values of several forms.
 */
export function objectsData(values: readonly unknown[], depth = 0): Data {
  if (depth > MAX_DEPTH) throw noTable(`values nested deeper than ${MAX_DEPTH} levels`);
  const forms = new Set(values.map(formOf));
  forms.delete("null");
  const [form = "null", other] = forms;
  if (other === undefined) return DATA[form](values, depth);
  // A bigint among floats was an integer that is too large for JavaScript.
  if (forms.size === 2 && forms.has("number") && forms.has("bigint")) return DATA.number(values, depth);
  throw noTable(`values of the forms ${[...forms].join(" and ")} in one column`);
}

type Form = "null" | "string" | "bytes" | "boolean" | "bigint" | "number" | "list" | "object";

function formOf(value: unknown): Form {
  if (value === null || value === undefined) return "null";
  if (value instanceof JsonFloat) return "number";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return "list";
  const type = typeof value;
  if (type === "string" || type === "boolean" || type === "number" || type === "bigint" || type === "object")
    return type;
  throw noTable(`a value of type ${type}`);
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

const DATA: Readonly<Record<Form, (values: readonly unknown[], depth: number) => Data>> = {
  null: (values) => makeData({ type: new Null(), length: values.length }),
  string: (values) => textsData(values.map((value) => (typeof value === "string" ? value : null))),
  bytes: (values) => bytesData(values.map((value) => (value instanceof Uint8Array ? value : null))),
  boolean: (values) =>
    makeData({
      type: new Bool(),
      length: values.length,
      ...validityOf(values),
      data: packBits(values.length, (i) => values[i] === true),
    }),
  bigint: (values) =>
    makeData({
      type: new Int64(),
      length: values.length,
      ...validityOf(values),
      data: BigInt64Array.from(values, (value) => (typeof value === "bigint" ? value : 0n)),
    }),
  number: (values) =>
    makeData({
      type: new Float64(),
      length: values.length,
      ...validityOf(values),
      data: Float64Array.from(values, toNumber),
    }),
  list: listsData,
  object: structsData,
};

function validityOf(values: readonly unknown[]) {
  return validity(values.length, (i) => isThere(values[i]));
}

function toNumber(value: unknown): number {
  return value instanceof JsonFloat ? value.value : Number(value ?? 0);
}

function listsData(values: readonly unknown[], depth: number): Data {
  const lists = values.map((value) => (isThere(value) ? Array.from(value as ArrayLike<unknown>) : []));
  const valueOffsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => {
    valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + list.length;
  });
  const child = objectsData(lists.flat(), depth + 1);
  return makeData({
    type: new List(new Field("item", child.type, true)),
    length: lists.length,
    ...validityOf(values),
    valueOffsets,
    child,
  });
}

function structsData(values: readonly unknown[], depth: number): Data {
  const objects = values.map((value) => (typeof value === "object" && value !== null ? toMap(value) : undefined));
  const names = new Set(objects.flatMap((object) => [...(object?.keys() ?? [])]));
  const children = Array.from(names, (name) =>
    objectsData(
      objects.map((object) => object?.get(name)),
      depth + 1,
    ),
  );
  const fields = Array.from(names, (name, i) => new Field(name, children[i]?.type ?? new Null(), true));
  return makeData({ type: new Struct(fields), length: values.length, ...validityOf(values), children });
}

/** The refusal of predictions that are no table. */
export function noTable(what: string): MlserveError {
  return new MlserveError("not_acceptable", `the predictions have ${what}, which an Arrow stream cannot hold`, {
    hint: "Ask for application/json",
  });
}
