import type { Batch, ColumnsBatch } from "../../../core/batch.js";
import { type DecodeLimits, OWN_DATA_LIMITS } from "../../../core/decode-limits.js";
import { MlserveError } from "../../../core/errors.js";
import type { Schema, Signature } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { defaultParams } from "../params.js";
import { columnPlace } from "../place.js";
import type { Decoder } from "../reference.js";
import { withOwnColumns } from "../with-own-columns.js";
import { compileCsvColumns } from "./csv-columns.js";
import { compileCsvTensors } from "./csv-tensors.js";
import { guessCells } from "./guess-cells.js";
import { type CsvRules, type CsvTable, readCsvTable } from "./table.js";

/**
 * Compiles the decoder of `text/csv`: what pandas' `read_csv` makes of a body, cast to the types of the signature.
 *
 * CSV has no place for nested values and params: the former are refused, params take their defaults.
 */
export function compileCsvDecoder(
  signature: Signature,
  coercion: Coercion,
  limits: DecodeLimits = OWN_DATA_LIMITS,
): Decoder {
  const rules = { coercion, limits: withOwnColumns(limits, signature.inputs) };
  const decodeBatch = compileBatch(signature.inputs, rules);
  const params = defaultParams(signature.params);
  return (body) => ({ form: "dataframe_split", batch: decodeBatch(body), params });
}

function compileBatch(inputs: Schema | undefined, rules: CsvRules): (body: Uint8Array) => Batch {
  if (inputs === undefined) return (body) => guessColumns(readCsvTable(body, everyColumn, rules), rules.coercion);
  if (inputs.kind === "tensors") return compileCsvTensors(inputs, rules);
  if (inputs.columns.some(({ type }) => type.kind !== "scalar")) return refuseNested;
  return compileCsvColumns(inputs, rules);
}

function refuseNested(): never {
  const hint = "Send application/json, application/vnd.apache.parquet or application/vnd.apache.arrow.stream";
  throw new MlserveError("invalid_body", "the signature has lists or objects, which CSV cannot hold", { hint });
}

function everyColumn(names: readonly string[]): number[] {
  return [...names.keys()];
}

function guessColumns({ rows, columns }: CsvTable, coercion: Coercion): ColumnsBatch {
  const guessed = columns.map(
    ({ name, cells }, i) => [name, guessCells(cells, columnPlace(undefined, i), coercion)] as const,
  );
  return { kind: "columns", rows, columns: new Map(guessed) };
}
