import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import { NOT_A_TIME } from "../../core/tensor.js";
import type { Cast, Refuse } from "./casts.js";
import { parseIsoDatetime, parseYearFirst } from "./datetimes.js";
import { floatValue, isJsonFloat, isJsonInteger } from "./json-kind.js";

/** What pandas takes for a missing moment. */
const MISSING_MOMENTS: ReadonlySet<unknown> = new Set([null, "", "NaT", "nat", "NAT", "nan", "NaN", "NAN"]);

/** pandas reads a column of dates by the form of its first one, and knows no zones in it. */
export const datetimeCells: Cast<"datetime"> = (values, refuse) => {
  let form: string | undefined;
  return BigInt64Array.from(values, (value, i) => {
    if (MISSING_MOMENTS.has(value) || Number.isNaN(value)) return NOT_A_TIME;
    if (isJsonInteger(value)) return within64Bits(BigInt(value), refuse, i);
    if (isJsonFloat(value)) return fromFloat(floatValue(value), refuse, i);
    const parsed = typeof value === "string" ? parseYearFirst(value) : undefined;
    if (parsed === undefined) return refuse(i, NOT_ISO);
    if (parsed.zoned) return refuse(i, "a date and time here has no zone");
    form ??= parsed.form;
    if (form !== parsed.form) return refuse(i, "all dates of a column are written in the form of the first");
    return within64Bits(parsed.nanoseconds, refuse, i);
  });
};

/** numpy takes a zone and converts to UTC, and a year alone. */
export const datetimeElements: Cast<"datetime"> = (values, refuse) =>
  BigInt64Array.from(values, (value, i) => {
    if (value === null || value === "" || value === "NaT") return NOT_A_TIME;
    if (isJsonInteger(value)) return within64Bits(BigInt(value), refuse, i);
    const text = typeof value === "string" && /^\d{4}$/.test(value) ? `${value}-01-01` : value;
    const parsed = typeof text === "string" ? parseIsoDatetime(text) : undefined;
    return parsed === undefined ? refuse(i, NOT_ISO) : within64Bits(parsed.nanoseconds, refuse, i);
  });

const NOT_ISO = "it is not an ISO 8601 date and time";

function fromFloat(value: number, refuse: Refuse, index: number): bigint {
  return Number.isFinite(value) ? within64Bits(BigInt(Math.trunc(value)), refuse, index) : refuse(index);
}

function within64Bits(nanoseconds: bigint, refuse: Refuse, index: number): bigint {
  if (nanoseconds > NOT_A_TIME && nanoseconds <= INTEGER_RANGES.int64.max) return nanoseconds;
  return refuse(index, "the year is not within 1678 to 2261");
}
