import { TYPED_ARRAYS } from "./tensor.js";

/** What is wrong with what should be a batch, in words; undefined when nothing is. Looks at no element. */
export function batchFault(batch: unknown): string | undefined {
  if (!isRecord(batch)) return "it is no object";
  switch (batch.kind) {
    case "columns":
      return columnsFault(batch);
    case "tensors":
      return entriesFault(batch.tensors, "tensors", tensorFault);
    case "value":
      return batch.value === undefined ? "its value is undefined" : undefined;
    default:
      return 'its kind is none of "columns", "tensors" and "value"';
  }
}

function columnsFault({ rows, columns }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isSize(rows)) return "its rows are no whole number";
  return entriesFault(columns, "columns", (column) => elementsFault(column, rows, "rows"));
}

function entriesFault(
  entries: unknown,
  what: string,
  faultOf: (entry: Readonly<Record<string, unknown>>) => string | undefined,
): string | undefined {
  if (!(entries instanceof Map)) return `its ${what} are no Map`;
  for (const [name, entry] of entries) {
    if (typeof name !== "string") return `a name of its ${what} is no string`;
    const fault = isRecord(entry) ? faultOf(entry) : "it is no object";
    if (fault !== undefined) return `${what} ${JSON.stringify(name)}: ${fault}`;
  }
  return undefined;
}

function tensorFault(tensor: Readonly<Record<string, unknown>>): string | undefined {
  const { shape } = tensor;
  if (!Array.isArray(shape) || !shape.every(isSize)) return "its shape is no list of whole numbers";
  const count = shape.reduce((product, size) => product * size, 1);
  return elementsFault(tensor, count, "elements of its shape");
}

function elementsFault(
  { dtype, data }: Readonly<Record<string, unknown>>,
  count: number,
  what: string,
): string | undefined {
  const fault = typeof dtype === "string" ? dataFault(dtype, data) : "it has no dtype";
  if (fault !== undefined) return fault;
  const length = isRecord(data) ? data.length : undefined;
  return length === count ? undefined : `it has ${String(length)} values for the ${count} ${what}`;
}

function dataFault(dtype: string, data: unknown): string | undefined {
  if (isTyped(dtype))
    return data instanceof TYPED_ARRAYS[dtype]
      ? undefined
      : `its data is no ${TYPED_ARRAYS[dtype].name}, as ${dtype} needs`;
  if (dtype !== "string" && dtype !== "binary" && dtype !== "object")
    return `there is no dtype ${JSON.stringify(dtype)}`;
  return Array.isArray(data) ? undefined : `its data is no list, as ${dtype} needs`;
}

function isTyped(dtype: string): dtype is keyof typeof TYPED_ARRAYS {
  return Object.hasOwn(TYPED_ARRAYS, dtype);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
