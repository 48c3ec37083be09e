/** What a duration may look like, to complete "expected a time such as …". */
export const DURATION_EXAMPLES = "250ms, 30s or 5m, up to 24 days";

const DURATION_UNITS = { MS: 1, S: 1e3, M: 60e3, H: 3600e3 } as const;

/** A timer of Node counts no further (about 24 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds of a duration with its unit (`250ms`, `30s`, `5m`, `1h`); a bare number is seconds. */
export function parseDuration(text: string): number | undefined {
  const milliseconds = parseQuantity(text.toUpperCase(), DURATION_UNITS, "S");
  return milliseconds !== undefined && milliseconds <= LONGEST_TIMER_MS ? Math.round(milliseconds) : undefined;
}

/** A number and its unit, in the smallest unit; `bare` is that of a number without one. undefined for anything else. */
export function parseQuantity<Unit extends string>(
  text: string,
  units: Readonly<Record<Unit, number>>,
  bare: Unit,
): number | undefined {
  const [, amount = "", unit = ""] = /^([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Z]*)$/.exec(text) ?? [];
  if (amount === "") return undefined;
  const name = unit === "" ? bare : unit;
  const known = Object.entries<number>(units).find(([candidate]) => candidate === name);
  const scaled = known === undefined ? Number.NaN : Number(amount) * known[1];
  return scaled <= Number.MAX_SAFE_INTEGER ? scaled : undefined;
}
