import { NOT_A_TIME } from "./tensor.js";

/** ISO 8601 without a zone; fractions of a second only where there are any, in 6 or 9 digits as pandas has it. */
export function formatDatetime(value: bigint): string {
  if (value === NOT_A_TIME) return "NaT";
  const second = 1_000_000_000n;
  const fraction = ((value % second) + second) % second;
  const text = new Date(Number((value - fraction) / 1_000_000n)).toISOString().slice(0, 19);
  if (fraction === 0n) return text;
  const digits = fraction.toString().padStart(9, "0");
  return `${text}.${digits.endsWith("000") ? digits.slice(0, 6) : digits}`;
}
