/**
 * The element types a tensor or a column can have, by the names MLflow and numpy users know.
 *
 * `string`, `binary` and `object` are numpy's `str`, `bytes` and `object`; `datetime` is `datetime64[ns]`.
 */
export interface DataByDType {
  /** 0 or 1 for each element. */
  readonly bool: Uint8Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  /** IEEE 754 half-precision bit patterns. */
  readonly float16: Uint16Array;
  /** A missing value is NaN. */
  readonly float32: Float32Array;
  /** A missing value is NaN. */
  readonly float64: Float64Array;
  readonly string: readonly string[];
  readonly binary: readonly Uint8Array[];
  /** Nanoseconds since 1970-01-01T00:00:00 without a zone; a missing value is {@link NOT_A_TIME}. */
  readonly datetime: BigInt64Array;
  /** Anything: strings among numbers, `null` for a missing value, maps (`Map`) and lists. */
  readonly object: readonly unknown[];
}

/**
 * The name of an element type: {@link DataByDType} says which array holds its values.
 */
export type DType = keyof DataByDType;

/** Elements in row-major order: `data.length` is the product of `shape`, and `[]` is the shape of one number. */
export type Tensor<D extends DType = DType> = {
  readonly [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: DataByDType[K] };
}[D];

/** One value per row. */
export type Column<D extends DType = DType> = {
  readonly [K in D]: { readonly dtype: K; readonly data: DataByDType[K] };
}[D];

/** numpy's `NaT`: the missing value of a `datetime` element. */
export const NOT_A_TIME = -(2n ** 63n);

/** The array class that stores each fixed-width element type. */
export const TYPED_ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  datetime: BigInt64Array,
} as const satisfies Partial<Record<DType, unknown>>;

export type TypedDType = keyof typeof TYPED_ARRAYS;

export function isTypedDType(dtype: DType): dtype is TypedDType {
  return Object.hasOwn(TYPED_ARRAYS, dtype);
}

/** Where element `index` of a tensor in row-major order stands: one index for each dimension of its shape. */
export function indicesOf(index: number, shape: readonly number[]): number[] {
  const indices = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    indices[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return indices;
}

/** {@link indicesOf} as a path behind a name: `[2][0]`. */
export function elementPath(index: number, shape: readonly number[]): string {
  return indicesOf(index, shape)
    .map((position) => `[${position}]`)
    .join("");
}

/** The number of elements of a shape; 1 for `[]`. Throws a RangeError beyond 2^53 elements. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) throw new RangeError("a shape has more elements than can be counted exactly");
  }
  return count;
}
