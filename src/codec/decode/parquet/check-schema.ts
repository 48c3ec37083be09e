import type { FileMetaData, SchemaElement } from "hyparquet";

/** hyparquet looks every column up among all others: more of them would take minutes. */
const MAX_ELEMENTS = 20_000;
const MAX_DEPTH = 64;

/** Refuses footers that cannot be, or would take forever to look through. Throws RangeErrors. */
export function checkSchema({ schema, row_groups: groups }: FileMetaData): void {
  if (schema.length === 0 || schema.length > MAX_ELEMENTS) throw new RangeError("a schema of nothing, or of too much");
  const end = checkElement(schema, 0, 0);
  if (end !== schema.length) throw new RangeError("a schema with loose ends");
  const leaves = schema.filter(({ type }) => type !== undefined).length;
  for (const { columns, num_rows: rows } of groups) {
    if (columns.length !== leaves) throw new RangeError("a row group with other columns than the schema");
    if (rows < 0n || rows > Number.MAX_SAFE_INTEGER) throw new RangeError("an impossible number of rows");
  }
}

/** The position after an element and all below it. */
function checkElement(schema: readonly SchemaElement[], position: number, depth: number): number {
  const element = schema[position];
  if (element === undefined || depth > MAX_DEPTH) throw new RangeError("a schema that is not whole, or too deep");
  let next = position + 1;
  for (let i = 0; i < (element.num_children ?? 0); i++) next = checkElement(schema, next, depth + 1);
  return next;
}
