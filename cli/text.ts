/** Bytes for people, in units of 1000: `647 B`, `3.1 kB`, `75 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const scaled = bytes / 1000 ** step;
  return `${step > 0 && scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${units[step]}`;
}

/** Whole seconds for people, rounded up: `4 s`, `2 min 10 s`, `1 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `1 worker`, `2 workers`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Nothing from outside may break a line or move the cursor. */
export function printable(text: string): string {
  const toEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(/[\p{Cc}\p{Cf}]/gu, toEscape);
}

/** JSON on one line. A bigint, which JSON.stringify refuses, becomes a text with all its digits. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item));
}

/** Rows with their columns under each other, each line indented by two. */
export function formatTable(table: readonly (readonly string[])[]): string[] {
  const rows = table.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
}

/** An argument as a shell takes it back: in quotes where it must be. */
export function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
