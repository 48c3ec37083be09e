import { parseDuration } from "./quantity.js";

/** So many in a time. */
export interface Rate {
  /** At least 1. */
  readonly count: number;
  /** Milliseconds, more than 0. */
  readonly perMs: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `100/s`, `1000/m`, `5000/h`, or with a time: `10/250ms`. undefined for what is no rate. */
export function parseRate(text: string): Rate | undefined {
  const [, digits = "", per = ""] = /^([0-9]{1,9})\/([0-9a-z.]+)$/.exec(text) ?? [];
  const perMs = UNITS[per] ?? parseDuration(per);
  const count = Number(digits);
  return digits === "" || count === 0 || perMs === undefined || perMs === 0 ? undefined : { count, perMs };
}
