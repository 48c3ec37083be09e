import { MlserveError } from "../../core/errors.js";
import type { RecordScanner } from "./record-blocks.js";

const [LF, CR, QUOTE, COMMA, SPACE, TAB] = [10, 13, 34, 44, 32, 9];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where in a record the next byte stands. */
const CELL_START = 0;
const PLAIN = 1;
const QUOTED = 2;
/** After a quote in a quoted cell: its end, or the first of two that are one. */
const QUOTE_SEEN = 3;

/**
 * Finds where the rows of a CSV end, by the rules of `codec/decode/csv/line-ends.ts`: "\n", "\r\n" or "\r" outside of
 * quoted cells, where a quote opens a cell at its start only.
 */
export class CsvScanner implements RecordScanner {
  isBlank = true;
  lines = 0;
  private state = CELL_START;
  private ended = true;
  private afterReturn = false;
  private mark = 0;

  findEnd(chunk: Uint8Array, from: number): number {
    if (from >= chunk.length) return -1;
    if (this.ended) this.start();
    let at = from;
    // The second half of a line end that two chunks share is a blank line of no lines.
    if (this.afterReturn) {
      this.afterReturn = false;
      if (chunk[at] === LF) return this.end(at + 1, 0);
    }
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.state === QUOTED) {
        at = this.skipQuoted(chunk, at);
        continue;
      }
      if (byte === LF) return this.end(at + 1, 1);
      if (byte === CR) {
        if (at + 1 < chunk.length) return this.end(chunk[at + 1] === LF ? at + 2 : at + 1, 1);
        this.afterReturn = true;
        return this.end(at + 1, 1);
      }
      if (this.isMark(byte)) continue;
      if (byte !== SPACE && byte !== TAB) this.isBlank = false;
      this.state = this.next(byte);
    }
    return -1;
  }

  finish(where: string): void {
    if (this.ended) {
      this.start();
      return;
    }
    this.ended = true;
    if (this.state === QUOTED)
      throw new MlserveError("invalid_body", "a quoted cell is not closed before the end of the file", { where });
  }

  private start(): void {
    this.ended = false;
    this.isBlank = true;
    this.lines = 0;
    this.state = CELL_START;
  }

  private end(position: number, lines: number): number {
    this.lines += lines;
    this.ended = true;
    this.mark = BYTE_ORDER_MARK.length;
    return position;
  }

  /** The position of the quote that may end the cell, or of the chunk's last byte. */
  private skipQuoted(chunk: Uint8Array, from: number): number {
    const quote = chunk.indexOf(QUOTE, from);
    const end = quote < 0 ? chunk.length : quote;
    for (let at = chunk.indexOf(LF, from); at >= 0 && at < end; at = chunk.indexOf(LF, at + 1)) this.lines++;
    if (quote >= 0) this.state = QUOTE_SEEN;
    return quote < 0 ? chunk.length - 1 : quote;
  }

  private next(byte: number): number {
    if (byte === COMMA) return CELL_START;
    if (byte === QUOTE && (this.state === CELL_START || this.state === QUOTE_SEEN)) return QUOTED;
    return PLAIN;
  }

  /** Part of the mark that a file may begin with, which is none of its text. */
  private isMark(byte: number): boolean {
    const isMark = this.mark < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[this.mark];
    this.mark = isMark ? this.mark + 1 : BYTE_ORDER_MARK.length;
    return isMark;
  }
}
