import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsvRows } from "../../../src/codec/decode/csv/rows.js";
import { CsvScanner } from "../../../src/offline/sources/csv-scanner.js";
import { type RecordBlock, readRecordBlocks } from "../../../src/offline/sources/record-blocks.js";

async function* split(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function records(text: string, chunkBytes: number, rows = 3): Promise<{ texts: string[]; lines: number[] }> {
  const chunks = split(Buffer.from(text), chunkBytes);
  const found: RecordBlock[] = [];
  for await (const block of readRecordBlocks(chunks, new CsvScanner(), { firstRows: 1, rows })) found.push(block);
  const texts = found.flatMap(({ bytes, starts, ends }) =>
    starts.map((start, i) => bytes.subarray(start, ends[i]).toString()),
  );
  return { texts, lines: found.flatMap(({ lines }) => lines) };
}

function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  readCsvRows(text.replace(/^\ufeff/, ""), (cells) => rows.push([...cells]));
  return rows;
}

const TEXT = '\ufeff"a\r\n",b\r\n\r\n1,"x ""y"", z"\n \t\n2,\r3,"\n"\n"",4';

describe("CsvScanner", () => {
  it("finds the same rows wherever the chunks end", async () => {
    const whole = await records(TEXT, 1000);
    expect(whole.texts.flatMap(rowsOf)).toEqual(rowsOf(TEXT));
    expect(whole.lines).toEqual([1, 4, 6, 7, 9]);
    for (let size = 1; size < TEXT.length + 5; size++) {
      const { texts, lines } = await records(TEXT, size);
      expect({ rows: texts.flatMap(rowsOf), lines }).toEqual({ rows: rowsOf(TEXT), lines: whole.lines });
    }
  });

  it("finds the rows that the reader of bodies finds", async () => {
    const texts = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "é"), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 5 }), async (text, size) => {
        let expected: string[][];
        try {
          expected = rowsOf(text);
        } catch {
          return;
        }
        const { texts: found } = await records(text, size);
        expect(found.flatMap(rowsOf)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("names the line of a cell that is never closed", async () => {
    await expect(records('a\n1\n"2\n3\n', 3)).rejects.toMatchObject({ kind: "invalid_body", where: "line 3" });
  });
});
