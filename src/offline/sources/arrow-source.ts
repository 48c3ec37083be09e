import { loadArrow, type StoredBatch } from "../../codec/decode/arrow/read-arrow.js";
import { createTableBudget } from "../../codec/decode/tables/budget.js";
import { compileTableDecoder, type TableDecoder } from "../../codec/decode/tables/decode-table.js";
import { MlserveError } from "../../core/errors.js";
import type { Input, ReadPlan, RowBlock } from "../row-source.js";
import { type ArrowMessage, readArrowMessages } from "./arrow-messages.js";
import { joinBytes } from "./byte-reader.js";
import { checkTypes, chooseColumns, typedBlock } from "./typed-rows.js";

/** Ends a stream. */
const END = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** Reads an Arrow stream or file: each record batch is a block, read as a stream of its own with its dictionaries. */
export async function* readArrowBlocks(input: Input, plan: ReadPlan): AsyncGenerator<RowBlock> {
  const decoder = compileTableDecoder(plan.signature.inputs, plan.coercion.casts);
  const context = new StreamContext();
  let columns: ReadonlySet<string> | undefined;
  let firstRow = 0;
  for await (const message of whole(readArrowMessages(input), () => firstRow)) {
    if (message.kind !== "batch") context.add(message);
    if (columns === undefined && message.kind === "schema") columns = checkSchema(context, decoder, plan);
    if (message.kind !== "batch") continue;
    if (columns === undefined) throw notArrow(firstRow);
    for (const batch of loadArrow(context.streamOf(message), columns, createTableBudget())) {
      if (batch.rows > 0) yield toBlock(batch, firstRow, decoder, plan);
      firstRow += batch.rows;
    }
  }
  if (columns === undefined) throw notArrow(firstRow);
}

function toBlock(batch: StoredBatch, firstRow: number, decoder: TableDecoder, plan: ReadPlan): RowBlock {
  const slice = (start: number, end: number) => batch.slice(start, end, createTableBudget());
  return typedBlock({ rows: batch.rows, firstRow, slice }, decoder, plan);
}

/** apache-arrow makes up a batch of no rows for a stream that has none. */
function checkSchema(context: StreamContext, decoder: TableDecoder, plan: ReadPlan): ReadonlySet<string> {
  const [empty] = loadArrow(context.streamOf(), undefined, createTableBudget());
  if (empty === undefined) throw notArrow(0);
  const columns = chooseColumns(empty.names, decoder, plan);
  checkTypes(toBlock(empty, 0, decoder, plan), plan);
  return columns;
}

/** What a record batch needs of the messages before it: the schema, and the dictionaries as they stand. */
class StreamContext {
  private schema: Uint8Array = new Uint8Array();
  private readonly dictionaries = new Map<bigint, Uint8Array[]>();

  add({ kind, id, isDelta, bytes }: ArrowMessage): void {
    if (kind === "schema") this.schema = bytes;
    if (kind !== "dictionary") return;
    const before = isDelta ? (this.dictionaries.get(id) ?? []) : [];
    this.dictionaries.set(id, [...before, bytes]);
  }

  streamOf(batch?: ArrowMessage): Uint8Array {
    const dictionaries = batch === undefined ? [] : [...this.dictionaries.values()].flat();
    return joinBytes([this.schema, ...dictionaries, ...(batch === undefined ? [] : [batch.bytes]), END]);
  }
}

async function* whole(messages: AsyncIterable<ArrowMessage>, row: () => number): AsyncGenerator<ArrowMessage> {
  try {
    yield* messages;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw notArrow(row(), cause);
  }
}

function notArrow(row: number, cause?: unknown): MlserveError {
  const where = row === 0 ? {} : { where: `after row ${row - 1}` };
  return new MlserveError("invalid_body", "the file is not an Arrow file or stream that can be read", {
    ...where,
    cause,
  });
}
