import { toFloat16Bits } from "../../core/float16.js";
import { type DType, elementCount, isTypedDType, type Tensor, TYPED_ARRAYS } from "../../core/tensor.js";
import { isRecord, kindOf } from "./fault.js";

/** Does a value say of itself that it is a tensor? */
export function isTensorLike(value: unknown): value is { dtype: unknown; shape: unknown; data: unknown } {
  return isRecord(value) && "dtype" in value && "shape" in value && "data" in value;
}

/** A tensor, or why it is none. Elements may stand in a list where the typed array of the dtype is meant. */
export function readTensor({ dtype, shape, data }: { dtype: unknown; shape: unknown; data: unknown }): Tensor | string {
  if (!isDType(dtype)) return `the dtype of a tensor is one of ${DTYPES.join(", ")}`;
  if (!isShape(shape)) return "the shape of a tensor is a list of whole numbers";
  const elements = readElements(dtype, data);
  if (typeof elements === "string") return elements;
  const wanted = elementCount(shape);
  if (elements.length !== wanted)
    return `a tensor of the shape [${shape.join(", ")}] has ${wanted} elements, and its data has ${elements.length}`;
  // readElements gives what belongs to the dtype.
  return { dtype, shape: [...shape], data: elements } as unknown as Tensor;
}

const DTYPES: readonly DType[] = [
  ...(Object.keys(TYPED_ARRAYS) as (keyof typeof TYPED_ARRAYS)[]),
  "string",
  "binary",
  "object",
];

function isDType(dtype: unknown): dtype is DType {
  return DTYPES.some((known) => known === dtype);
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
}

type Elements = { readonly length: number };

function readElements(dtype: DType, data: unknown): Elements | string {
  if (!isTypedDType(dtype)) {
    if (!Array.isArray(data)) return `the data of a ${dtype} tensor is a list, got ${kindOf(data)}`;
    const fits = ELEMENT_CHECKS[dtype];
    return data.every(fits) ? data : `an element of its data is no ${dtype}`;
  }
  const Elements = TYPED_ARRAYS[dtype];
  if (data instanceof Elements) return data;
  if (Array.isArray(data)) return fromList(dtype, data) ?? `an element of its data is no ${dtype}`;
  return `the data of a ${dtype} tensor is a ${Elements.name} or a list, got ${kindOf(data)}`;
}

const ELEMENT_CHECKS = {
  string: (value: unknown) => typeof value === "string",
  binary: (value: unknown) => value instanceof Uint8Array,
  object: () => true,
} as const satisfies Partial<Record<DType, (value: unknown) => boolean>>;

type TypedDType = keyof typeof TYPED_ARRAYS;

/** undefined when an element does not fit without losing anything but the digits of a float. */
export function fromList(dtype: TypedDType, list: readonly unknown[]): Elements | undefined {
  // Each row of the table below gives what the array of its dtype stores.
  const elements = new TYPED_ARRAYS[dtype](list.length) as unknown as Elements & { [index: number]: number | bigint };
  for (const [i, value] of list.entries()) {
    const element = ELEMENTS[dtype](value);
    if (element === undefined) return undefined;
    elements[i] = element;
    // An array of integers cuts off what does not fit: what comes back tells.
    if (!FLOATS.has(dtype) && elements[i] !== element) return undefined;
  }
  return elements;
}

const FLOATS: ReadonlySet<DType> = new Set(["float16", "float32", "float64"]);

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function toBigint(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : undefined;
}

/** How one element of a list becomes one of the typed array. */
const ELEMENTS = {
  bool: (value) => (typeof value === "boolean" ? Number(value) : undefined),
  int8: toInteger,
  int16: toInteger,
  int32: toInteger,
  int64: toBigint,
  uint8: toInteger,
  uint16: toInteger,
  uint32: toInteger,
  uint64: toBigint,
  float16: (value) => (typeof value === "number" ? toFloat16Bits(value) : undefined),
  float32: toNumber,
  float64: toNumber,
  datetime: toBigint,
} as const satisfies Record<TypedDType, (value: unknown) => number | bigint | undefined>;

function toInteger(value: unknown): number | undefined {
  const integer = toBigint(value);
  return integer === undefined ? undefined : Number(integer);
}
