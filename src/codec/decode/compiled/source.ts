import { isUtf8 } from "node:buffer";
import { beyondLimit, type DecodeLimits, ValueBudget } from "../../../core/decode-limits.js";
import { type JsonValue, parseJsonAt } from "../../../core/json.js";
import { BACKSLASH, CLOSE_OBJECT, COMMA, END, OPEN_LIST, OPEN_OBJECT, QUOTE } from "../../../core/json-bytes.js";
import type { JsonOptions } from "../../../core/json-options.js";
import { placeOf } from "../../../core/json-place.js";
import { handOver } from "./hand-over.js";

interface SourceOptions extends JsonOptions {
  readonly limits: DecodeLimits;
}

/**
 * The bytes of a request and how far they are read.
 *
 * Only valid UTF-8 whose last character is a closing brace gets here, so that whatever stops at a brace needs no look
 * at the end.
 */
export class Source {
  readonly bytes: Buffer;
  /** Behind the last closing brace. */
  readonly end: number;
  at = 0;
  /** Lists and objects that are open where the data's values stand. */
  depth = 0;
  readonly limits: DecodeLimits;
  private readonly options: JsonOptions;
  private readonly budget: ValueBudget;

  constructor(body: Uint8Array, options: SourceOptions) {
    this.limits = options.limits;
    this.budget = new ValueBudget(options.limits);
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.options = options;
    let end = body.length;
    while (end > 0 && isSpace(this.bytes[end - 1] ?? END)) end--;
    this.end = end;
    if (this.bytes[end - 1] !== CLOSE_OBJECT || !isUtf8(this.bytes)) handOver();
  }

  /** Names that a list of columns may have. */
  get mostNames(): number {
    return Math.min(this.limits.maxColumns, this.limits.maxElements);
  }

  /** The next byte that is no space, which is left to be read. */
  peek(): number {
    const { bytes, at } = this;
    const byte = bytes[at] ?? END;
    if (byte > SPACE) return byte;
    // Python writes one space behind a comma or colon.
    const second = bytes[at + 1] ?? END;
    if (byte !== SPACE || second <= SPACE) return this.skipSpaces();
    this.at = at + 1;
    return second;
  }

  private skipSpaces(): number {
    const { bytes } = this;
    let { at } = this;
    while (isSpace(bytes[at] ?? END)) at++;
    this.at = at;
    return bytes[at] ?? END;
  }

  /** What follows the next byte, without the spaces between. */
  peekSecond(): number {
    this.peek();
    let at = this.at + 1;
    while (isSpace(this.bytes[at] ?? END)) at++;
    return this.bytes[at] ?? END;
  }

  take(expected: number): void {
    if (this.peek() !== expected) handOver();
    this.at++;
  }

  /** Takes what opens a row of which there may be but so many in their list. */
  takeRow(opening: number, rows: number): void {
    if (rows >= this.limits.maxRows) this.refuseRow();
    this.take(opening);
  }

  /** Throws as the reference decoder does, which would have to read all the rows before for that. */
  private refuseRow(): never {
    const byte = this.peek();
    if (byte !== OPEN_LIST && byte !== OPEN_OBJECT) handOver();
    throw beyondLimit(this.limits, "maxRows", placeOf(this.bytes, this.at));
  }

  takesIf(wanted: number): boolean {
    if (this.peek() !== wanted) return false;
    this.at++;
    return true;
  }

  /** After a value: true for a comma, false for what closes the list or object. */
  goesOn(close: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close) handOver();
    this.at++;
    return byte === COMMA;
  }

  /** Takes a bare word. */
  takeWord(word: string): void {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word.charCodeAt(i)) handOver();
    this.at += word.length;
  }

  takeText(): string {
    const start = this.at;
    if (this.bytes[start] !== QUOTE) handOver();
    for (let at = start + 1; at < this.end; at++) {
      const byte = this.bytes[at] ?? END;
      if (byte === QUOTE) {
        if (at - start - 1 > this.limits.maxStringBytes) handOver();
        this.at = at + 1;
        return this.bytes.toString("latin1", start + 1, at);
      }
      if (byte < 0x20 || byte >= 0x80 || byte === BACKSLASH) break;
    }
    const text = this.takeAny();
    return typeof text === "string" ? text : handOver();
  }

  /** Any value, read as the reference decoder reads it; `depth` lists and objects are open around it. */
  takeAny(depth = this.depth): JsonValue {
    const { value, end } = parseJsonAt(this.bytes, { position: this.at, depth, budget: this.budget }, this.options);
    this.at = end;
    return value;
  }
}

/** No byte above it is one of the spaces. */
const SPACE = 0x20;

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
