/** A parsed date and time: nanoseconds since 1970, the way it was spelled, and whether a zone was given. */
export interface ParsedDatetime {
  readonly nanoseconds: bigint;
  /** Equal for texts of one form: `date`, `dateTminutes`, `date seconds.fraction`, … */
  readonly form: string;
  readonly zoned: boolean;
}

const ISO =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:([T ])(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,9})\d*)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?$/;

/** Reads an ISO 8601 date, or date and time with an optional zone; undefined for anything else. */
export function parseIsoDatetime(text: string): ParsedDatetime | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, separator, hour, minute, second, fraction, zone] = match;
  const parts = [
    Number(year),
    Number(month),
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  ];
  const milliseconds = toUtcMilliseconds(parts);
  const offset = zone === undefined ? 0 : offsetMinutes(zone);
  if (milliseconds === undefined || offset === undefined) return undefined;
  const nanoseconds = BigInt(milliseconds - offset * 60_000) * 1_000_000n + BigInt((fraction ?? "").padEnd(9, "0"));
  const precision = [hour, minute, second, fraction].filter((part) => part !== undefined).length;
  return {
    nanoseconds,
    form: `${day === undefined ? "month" : "day"}${separator ?? ""}${precision}`,
    zoned: zone !== undefined,
  };
}

const YEAR_FIRST = /^(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?|(\d{2})(\d{2}))?(?:([T ])(.+))?$/;

/** Reads what pandas reads in a table besides: `2020/1/2`, `2020.01.02`, `20200102`, `2020`, a time such as `3:04`. */
export function parseYearFirst(text: string): ParsedDatetime | undefined {
  const [, year, mark, month, day, compactMonth, compactDay, separator, time] = YEAR_FIRST.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const isYear = mark === undefined && compactMonth === undefined;
  const parts = isYear ? [year, "01", "01"] : [year, month ?? compactMonth, day ?? compactDay];
  const date = parts.flatMap((part) => part?.padStart(2, "0") ?? []).join("-");
  const clock = time === undefined ? "" : `${separator}${time.replace(/(?<=^|:)\d(?=:|\.|$)/g, "0$&")}`;
  const parsed = isYear && time !== undefined ? undefined : parseIsoDatetime(date + clock);
  return parsed && { ...parsed, form: `${isYear ? "year" : (mark ?? "compact")} ${parsed.form}` };
}

function toUtcMilliseconds(parts: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that its month does not have would roll over into the next.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  return date.getTime();
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
