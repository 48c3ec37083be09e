import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { readArrow } from "../../src/codec/decode/arrow/read-arrow.js";
import { openParquet } from "../../src/codec/decode/parquet/open-parquet.js";
import { createTableBudget } from "../../src/codec/decode/tables/budget.js";
import { toCells } from "../../src/codec/decode/tables/column-cells.js";
import { joinTables } from "../../src/codec/decode/tables/join-tables.js";
import type { TypedTable } from "../../src/codec/decode/tables/typed-table.js";
import type { Batch } from "../../src/core/batch.js";
import { JsonFloat } from "../../src/core/json.js";
import { defineFlavor, type Predictor } from "../../src/flavors/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { parseMlmodel } from "../../src/format/mlmodel.js";
import type { Model } from "../../src/format/model.js";
import { type ScoreFileOptions, scoreFile } from "../../src/offline/score-file.js";
import { sumPredictor } from "./sum-model.js";

/** A model whose predictor is given, with inputs of a signature as MLflow writes them; undefined for none. */
export function modelOf(predictor: Predictor, inputs: object | undefined): Pick<ScoreFileOptions, "model" | "flavors"> {
  const flavor = defineFlavor({ name: "given", config: z.unknown(), load: async () => predictor });
  const signature = inputs === undefined ? "" : `signature:\n  inputs: '${JSON.stringify(inputs)}'\n`;
  const model: Model = {
    name: "given",
    descriptor: parseMlmodel(`flavors:\n  given: {}\n${signature}`),
    files: { names: [], has: () => false, size: () => 0, path: String, read: async () => new Uint8Array() },
    digest: undefined,
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
  return { model, flavors: createFlavorRegistry([flavor]) };
}

/** The columns of {@link sumOfColumns}. */
export const COLUMNS = [
  { type: "double", name: "a" },
  { type: "long", name: "b" },
] as const;

/** A model that adds up two columns, after `before` has let it. */
export function sumOfColumns(before?: (batch: Batch) => Promise<void>): Pick<ScoreFileOptions, "model" | "flavors"> {
  return modelOf(sumPredictor(before), COLUMNS);
}

/** The records of a scored file, read by whatever reads such files as bodies. */
export async function readScored(path: string): Promise<unknown[]> {
  const bytes = readFileSync(path);
  if (path.endsWith(".jsonl"))
    return bytes
      .toString()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  if (path.endsWith(".parquet")) return recordsOf(await readParquet(bytes));
  if (/\.arrows?$/.test(path)) return recordsOf(joinTables(readArrow(new Uint8Array(bytes), undefined)));
  throw new Error(`no reader for ${path}`);
}

async function readParquet(bytes: Uint8Array): Promise<TypedTable> {
  const file = await openParquet({
    byteLength: bytes.length,
    slice: (start, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer,
  });
  const names = new Set(file.columns);
  const groups = file.groups.map((_, group) => file.readGroup(group, names, createTableBudget()));
  return joinTables(await Promise.all(groups));
}

function recordsOf({ rows, columns }: TypedTable): unknown[] {
  const named = columns.map(({ name, values }) => [name, toCells(values)] as const);
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [key, plain(item)]));
    if (typeof value === "number" && Number.isNaN(value)) return null;
    return value instanceof JsonFloat ? value.value : value;
  };
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(named.map(([name, cells]) => [name, plain(cells[row])])),
  );
}

/** Scores a file and gives what the caller was told besides. */
export async function score(
  options: Omit<ScoreFileOptions, "input" | "output"> & { input: string | Readable; output: string | Writable },
): Promise<{ rows: number; badRows: number; written: number; bad: string[] }> {
  const bad: string[] = [];
  const { scoreMs: _, ...result } = await scoreFile({ ...options, onBadRow: ({ error }) => bad.push(error.message) });
  return { ...result, bad };
}
