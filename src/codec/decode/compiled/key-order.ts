import { handOver } from "./hand-over.js";
import type { Source } from "./source.js";

/** A key as it is written, quotes included, and the column that it names. */
export interface WrittenKey {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
  readonly column: number;
}

/** The names of a signature, compiled: each as JSON would write it, in their order. */
export interface ColumnNames {
  readonly columns: ReadonlyMap<string, number>;
  readonly written: readonly WrittenKey[];
}

export function compileNames(names: readonly string[]): ColumnNames {
  return {
    columns: new Map(names.map((name, column) => [name, column])),
    written: names.map((name, column) => {
      const bytes = Buffer.from(JSON.stringify(name), "utf8");
      return { bytes, start: 0, length: bytes.length, column };
    }),
  };
}

/**
 * Finds the columns that keys name, by the bytes that stood at the same place in the row before.
 *
 * The first row is expected in the signature's order. Where another key stands, it is read and looked up. Names that the
 * signature does not have get numbers of their own behind its columns.
 */
export class KeyOrder {
  private readonly columns: ReadonlyMap<string, number>;
  private readonly expected: WrittenKey[];
  private others: Map<string, number> | undefined;

  constructor({ columns, written }: ColumnNames) {
    this.columns = columns;
    this.expected = written.slice();
  }

  /** The keys of a row, where there was one. */
  lastRow(): readonly WrittenKey[] {
    return this.expected;
  }

  /** The column of the key that starts at the next byte and is the `place`-th of its row. */
  take(source: Source, place: number): number {
    const expected = this.expected[place];
    if (expected === undefined || !stands(expected, source)) return this.lookUp(source, place);
    source.at += expected.length;
    return expected.column;
  }

  private lookUp(source: Source, place: number): number {
    if (place >= source.limits.maxColumns) handOver();
    const start = source.at;
    const name = source.takeText();
    const column = this.columns.get(name) ?? this.numberOfOther(name, source);
    this.expected[place] = { bytes: source.bytes, start, length: source.at - start, column };
    return column;
  }

  private numberOfOther(name: string, { limits }: Source): number {
    this.others ??= new Map();
    const known = this.others.get(name);
    if (known !== undefined) return known;
    if (this.columns.size + this.others.size >= limits.maxColumns) handOver();
    const number = this.columns.size + this.others.size;
    this.others.set(name, number);
    return number;
  }
}

function stands({ bytes, start, length }: WrittenKey, source: Source): boolean {
  const { at } = source;
  if (at + length > source.end) return false;
  for (let i = 0; i < length; i++) if (source.bytes[at + i] !== bytes[start + i]) return false;
  return true;
}
