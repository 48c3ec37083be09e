/**
 * The columns in which pandas keeps the index of a table, by the note that it leaves in Parquet and Arrow files.
 *
 * A range is not stored, and has no column.
 */
export function pandasIndexNames(note: string | undefined): ReadonlySet<string> {
  const columns = note === undefined ? undefined : parseNote(note);
  return new Set(Array.isArray(columns) ? columns.filter((name) => typeof name === "string") : []);
}

function parseNote(note: string): unknown {
  try {
    const parsed: unknown = JSON.parse(note);
    return typeof parsed === "object" && parsed !== null && "index_columns" in parsed
      ? parsed.index_columns
      : undefined;
  } catch {
    // A note that cannot be read says nothing.
    return undefined;
  }
}
