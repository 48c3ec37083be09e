import { type ErrorKind, MlserveError } from "./errors.js";

/** How much one request may hold. Most is counted while its body is read, before it takes memory. */
export interface DecodeLimits {
  /** Rows of a table, and lists or objects in any one list. Default 1,000,000. */
  readonly maxRows: number;
  /** Columns of a table, and keys of any one object, beyond the inputs of the signature. Default 20,000. */
  readonly maxColumns: number;
  /** Levels of lists and objects, from 4 to 1,000. Default 64. */
  readonly maxDepth: number;
  /** Elements of a tensor, and values in any one list. Default 100,000,000. */
  readonly maxElements: number;
  /** Bytes of one text, as it is written between its quotes. Default 16 MiB. */
  readonly maxStringBytes: number;
  /** Bytes that the values of a request take in memory before they are typed arrays, near enough. Default 512 MiB. */
  readonly maxValueBytes: number;
}

const MIB = 1024 * 1024;

/** Those of `mlserve serve`, and of a model in a program. */
export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  maxRows: 1_000_000,
  maxColumns: 20_000,
  maxDepth: 64,
  maxElements: 100_000_000,
  maxStringBytes: 16 * MIB,
  maxValueBytes: 512 * MIB,
};

/** For the user's own data: what neither the stack nor the memory of a machine would bear, and no more. */
export const OWN_DATA_LIMITS: DecodeLimits = {
  maxRows: Number.MAX_SAFE_INTEGER,
  maxColumns: Number.MAX_SAFE_INTEGER,
  maxDepth: 64,
  maxElements: Number.MAX_SAFE_INTEGER,
  maxStringBytes: Number.MAX_SAFE_INTEGER,
  maxValueBytes: 1024 * MIB,
};

interface LimitRow {
  readonly kind: ErrorKind;
  readonly reason: (limit: number) => string;
  readonly advice: string;
  readonly option: string;
}

const LIMITS = {
  maxRows: {
    kind: "body_too_large",
    reason: (limit) => `more than ${limit} rows`,
    advice: "Send fewer rows at a time",
    option: "--max-rows",
  },
  maxColumns: {
    kind: "body_too_large",
    reason: (limit) => `more than ${limit} columns, or keys of one object`,
    advice: "Send the model's inputs only",
    option: "--max-columns",
  },
  maxDepth: {
    kind: "invalid_json",
    reason: (limit) => `nested deeper than ${limit} levels`,
    advice: "Send data that is nested less",
    option: "--max-depth",
  },
  maxElements: {
    kind: "body_too_large",
    reason: (limit) => `more than ${limit} elements in one tensor or list`,
    advice: "Send fewer rows at a time",
    option: "--max-elements",
  },
  maxStringBytes: {
    kind: "body_too_large",
    reason: (limit) => `a text of more than ${limit} bytes`,
    advice: "Send shorter texts",
    option: "--max-string",
  },
  maxValueBytes: {
    kind: "body_too_large",
    reason: (limit) => `values that take more than ${limit} bytes in memory`,
    advice: "Send fewer rows at a time",
    option: "--max-values",
  },
} as const satisfies Record<keyof DecodeLimits, LimitRow>;

/** What a request is refused with that goes beyond a limit. */
export function beyondLimit(limits: DecodeLimits, name: keyof DecodeLimits, where?: string): MlserveError {
  const { kind, reason, advice, option } = LIMITS[name];
  const hint = `${advice}, or raise ${option}`;
  return new MlserveError(kind, reason(limits[name]), where === undefined ? { hint } : { hint, where });
}

/** The elements of a shape, counted without overflow. Throws `body_too_large` beyond the limit. */
export function countElements(shape: readonly number[], limits: DecodeLimits): number {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const size of shape) {
    if (!(size <= limits.maxElements / count)) throw beyondLimit(limits, "maxElements");
    count *= size;
  }
  return count;
}

/** Counts what the values of a request take in memory. */
export class ValueBudget {
  private readonly limits: DecodeLimits;
  private left: number;

  constructor(limits: DecodeLimits) {
    this.limits = limits;
    this.left = limits.maxValueBytes;
  }

  /** Throws `body_too_large` when more is asked for than is left. */
  spend(bytes: number): void {
    if (!(bytes >= 0)) throw new RangeError("a size is negative");
    this.left -= bytes;
    if (this.left < 0) throw beyondLimit(this.limits, "maxValueBytes");
  }

  /** Throws `body_too_large` for a longer text than there may be. */
  checkText(bytes: number, where?: string): void {
    if (bytes > this.limits.maxStringBytes) throw beyondLimit(this.limits, "maxStringBytes", where);
  }
}
