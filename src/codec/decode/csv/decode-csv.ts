import type { Batch, ColumnsBatch } from "../../../core/batch.js";
import { MlserveError } from "../../../core/errors.js";
import type { Column } from "../../../core/tensor.js";
import type { ColumnSpec, ColumnsSchema, ScalarType, Schema, Signature } from "../../../format/signature.js";
import { COLUMN_DTYPES } from "../casts.js";
import type { Coercion } from "../coercion.js";
import { compileColumn } from "../column-cast.js";
import { type CastColumn, enforceColumns } from "../enforce-columns.js";
import { compileParams } from "../params.js";
import { columnPlace, refuseCell } from "../place.js";
import type { Decoder } from "../reference.js";
import { CELL_CASTS, type CsvCell } from "./cell-casts.js";
import { guessCells } from "./guess-cells.js";
import { type CsvTable, readCsvTable } from "./table.js";

/**
 * Compiles the decoder of `text/csv`: what pandas' `read_csv` makes of a body, cast to the types of the signature.
 *
 * CSV has no place for tensors, nested values and params: the first two are refused, params take their defaults.
 */
export function compileCsvDecoder(signature: Signature, coercion: Coercion): Decoder {
  const decodeBatch = compileBatch(signature.inputs, coercion);
  const params = compileParams(signature.params)(undefined);
  return (body) => ({ form: "dataframe_split", batch: decodeBatch(body), params });
}

function compileBatch(inputs: Schema | undefined, coercion: Coercion): (body: Uint8Array) => Batch {
  if (inputs === undefined)
    return (body) => guessColumns(readCsvTable(body, (names) => [...names.keys()], coercion.shortRows));
  if (inputs.kind === "tensors") return () => refuse("tensors");
  if (inputs.columns.some(({ type }) => type.kind !== "scalar")) return () => refuse("lists and objects in columns");
  return compileSigned(inputs, coercion);
}

function refuse(what: string): never {
  const hint = "Send application/json, application/vnd.apache.parquet or application/vnd.apache.arrow.stream";
  throw new MlserveError("invalid_body", `the signature has ${what}, which CSV cannot hold`, { hint });
}

function guessColumns({ rows, columns }: CsvTable): ColumnsBatch {
  return { kind: "columns", rows, columns: new Map(columns.map(({ name, cells }) => [name, guessCells(cells)])) };
}

function compileSigned({ columns: specs }: ColumnsSchema, coercion: Coercion): (body: Uint8Array) => Batch {
  const wanted = specs.map((spec) => compileColumn(spec, coercion.casts));
  const casts = specs.map((spec) => compileCast(spec, coercion));
  const positions = specs[0]?.name === undefined ? undefined : new Map(specs.map(({ name }, i) => [name, i]));

  function specPosition(name: string, position: number): number | undefined {
    return positions === undefined ? (position < specs.length ? position : undefined) : positions.get(name);
  }

  function chooseColumns(names: readonly string[]): number[] {
    const chosen = [...names.keys()].filter((i) => specPosition(names[i] ?? "", i) !== undefined);
    // A table of no rows fails for its header alone.
    decode({ rows: 0, columns: chosen.map((i) => ({ name: names[i] ?? "", cells: [] })) });
    return chosen;
  }

  function decode({ columns }: CsvTable): ColumnsBatch {
    const cast = columns.map(({ name, cells }, i): CastColumn => {
      const position = specPosition(name, i) ?? i;
      return { name, rank: 1, column: castsAt(casts, position)(cells, position) };
    });
    return enforceColumns(wanted, cast);
  }

  return (body) => decode(readCsvTable(body, chooseColumns, coercion.shortRows));
}

type CompiledCast = (cells: readonly CsvCell[], position: number) => Column;

function castsAt(casts: readonly CompiledCast[], position: number): CompiledCast {
  const cast = casts[position];
  if (cast === undefined) throw new Error(`no cast at ${position}`);
  return cast;
}

function compileCast({ name, type }: ColumnSpec, { name: mode }: Coercion): CompiledCast {
  if (type.kind !== "scalar") throw new Error("only scalar columns have a cast");
  const scalar: ScalarType = type.type;
  const isText = scalar === "string" || scalar === "binary";
  return (cells, position) => {
    const data = CELL_CASTS[mode][scalar](cells, refuseCell(columnPlace(name, position), scalar, cells));
    const dtype = !isText ? COLUMN_DTYPES[scalar] : cells.includes(null) ? "object" : "string";
    return { dtype, data } as Column;
  };
}
