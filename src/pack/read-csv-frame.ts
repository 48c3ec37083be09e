import { COERCIONS } from "../codec/decode/coercion.js";
import { compileCsvDecoder } from "../codec/decode/csv/decode-csv.js";
import { MlserveError } from "../core/errors.js";
import { JsonFloat, type JsonObject, type JsonValue } from "../core/json.js";
import type { Column } from "../core/tensor.js";
import { NO_SIGNATURE } from "../format/signature.js";

/** A CSV table as `columns` and `data`, with the types that pandas' `read_csv` gives. Throws `invalid_body`. */
export function readCsvFrame(content: Uint8Array): JsonObject {
  const { batch } = compileCsvDecoder(NO_SIGNATURE, COERCIONS.safe)(content);
  if (batch.kind !== "columns") throw new MlserveError("invalid_body", "expected a table");
  const cells = [...batch.columns.values()].map(toCells);
  const rows = Array.from({ length: batch.rows }, (_, row): JsonValue => cells.map((column) => column[row] ?? null));
  return new Map<string, JsonValue>([
    ["columns", [...batch.columns.keys()]],
    ["data", rows],
  ]);
}

function toCells(column: Column): JsonValue[] {
  switch (column.dtype) {
    case "bool":
      return Array.from(column.data, (value) => value !== 0);
    case "float64":
      return Array.from(column.data, (value) => (Number.isNaN(value) ? null : new JsonFloat(value)));
    case "int64":
    case "uint64":
      return Array.from<JsonValue>(column.data);
    case "string":
      return [...column.data];
    default:
      // Texts or booleans, and null among them: read from a text, a cell is nothing else.
      return Array.from(column.data) as JsonValue[];
  }
}
