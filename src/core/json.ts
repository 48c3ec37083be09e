import { isUtf8 } from "node:buffer";
import { MlserveError } from "./errors.js";
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DOT,
  END,
  ESCAPES,
  MINUS,
  NINE,
  OPEN_LIST,
  OPEN_OBJECT,
  PLUS,
  QUOTE,
  ZERO,
} from "./json-bytes.js";
import { placeOf } from "./json-place.js";
import { type JsonFloat, type JsonObject, type JsonValue, toJsonFloat } from "./json-value.js";

export { JsonFloat, type JsonObject, type JsonValue, toPlain } from "./json-value.js";

export interface JsonOptions {
  /** Read the bare words NaN, Infinity and -Infinity as floats, as Python does. Default false. */
  readonly nonFinite?: boolean;
  /** Which value counts when a key stands twice in an object. Default `last`. */
  readonly repeatedKeys?: "last" | "refuse";
  /** Levels of lists and objects. Default 64. */
  readonly maxDepth?: number;
}

/**
 * Reads one JSON value from UTF-8 bytes.
 *
 * The last of repeated keys wins, in the place of the first, unless they are refused. Throws `invalid_json` with the
 * position of the fault, `invalid_body` for a repeated key.
 */
export function parseJson(bytes: Uint8Array, options: JsonOptions = {}): JsonValue {
  if (!isUtf8(bytes)) throw new MlserveError("invalid_json", "the body is not valid UTF-8");
  return new JsonReader(bytes, options).readDocument();
}

/** Where a value stands in a text that is read in parts, and within how many lists and objects. */
export interface JsonPlace {
  readonly position: number;
  readonly depth: number;
}

/** {@link parseJson} for one value amid valid UTF-8 bytes, and the position behind it. */
export function parseJsonAt(
  bytes: Uint8Array,
  place: JsonPlace,
  options: JsonOptions = {},
): { value: JsonValue; end: number } {
  const reader = new JsonReader(bytes, options, place);
  return { value: reader.readValue(), end: reader.position };
}

/** {@link parseJson} for a text in memory. */
export function parseJsonText(text: string, options?: JsonOptions): JsonValue {
  return parseJson(Buffer.from(text, "utf8"), options);
}

const UNCLOSED_STRING = "expected the closing quote of a string";
const RAW_CONTROL = "a control character in a string must be escaped";
/** Python refuses longer ones too; converting them would take time that grows with their square. */
const MAX_INTEGER_DIGITS = 4300;

const START: JsonPlace = { position: 0, depth: 0 };

class JsonReader {
  private readonly bytes: Buffer;
  private readonly nonFinite: boolean;
  private readonly maxDepth: number;
  private readonly refuseRepeated: boolean;
  position: number;
  private depth: number;
  /** A body of nothing but `{}` would take a hundred times its size if each were an object of its own. */
  private empty: { readonly list: JsonValue[]; readonly object: JsonObject } | undefined;

  constructor(bytes: Uint8Array, options: JsonOptions, place: JsonPlace = START) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.nonFinite = options.nonFinite ?? false;
    this.maxDepth = options.maxDepth ?? 64;
    this.refuseRepeated = options.repeatedKeys === "refuse";
    this.position = place.position;
    this.depth = place.depth;
  }

  readDocument(): JsonValue {
    // One byte order mark, as Python's reader takes.
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.position = 3;
    if (this.skipSpace() === END) throw this.fault("expected a value");
    const value = this.readValue();
    if (this.skipSpace() !== END) throw this.fault("expected the end of the text");
    return value;
  }

  private skipSpace(): number {
    for (;;) {
      const byte = this.peek();
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.position++;
    }
  }

  readValue(): JsonValue {
    const byte = this.skipSpace();
    if (byte === QUOTE) return this.readString();
    if (byte === OPEN_LIST) return this.readList();
    if (byte === OPEN_OBJECT) return this.readObject();
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return this.readNumber();
    return this.readWord();
  }

  private enter(): void {
    this.position++;
    this.depth++;
    if (this.depth > this.maxDepth) throw this.fault(`nested deeper than ${this.maxDepth} levels`);
  }

  private readList(): JsonValue[] {
    this.enter();
    if (this.skipSpace() === CLOSE_LIST) return this.leave(this.shared().list);
    const list: JsonValue[] = [];
    for (;;) {
      list.push(this.readValue());
      const byte = this.skipSpace();
      if (byte === CLOSE_LIST) return this.leave(list);
      if (byte !== COMMA) throw this.fault("expected ',' or ']'");
      this.position++;
    }
  }

  private readObject(): JsonObject {
    this.enter();
    if (this.skipSpace() === CLOSE_OBJECT) return this.leave(this.shared().object);
    const object: JsonObject = new Map();
    for (;;) {
      if (this.skipSpace() !== QUOTE) throw this.fault("expected a key in double quotes");
      const key = this.readString();
      if (this.refuseRepeated && object.has(key)) throw this.repeatedKey();
      if (this.skipSpace() !== COLON) throw this.fault("expected ':'");
      this.position++;
      object.set(key, this.readValue());
      const byte = this.skipSpace();
      if (byte === CLOSE_OBJECT) return this.leave(object);
      if (byte !== COMMA) throw this.fault("expected ',' or '}'");
      this.position++;
    }
  }

  private shared(): NonNullable<JsonReader["empty"]> {
    this.empty ??= { list: [], object: new Map() };
    return this.empty;
  }

  private leave<T>(value: T): T {
    this.position++;
    this.depth--;
    return value;
  }

  private readString(): string {
    const start = ++this.position;
    let ascii = true;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) {
        const end = this.position++;
        return ascii ? this.bytes.toString("latin1", start, end) : this.bytes.toString("utf8", start, end);
      }
      if (byte === BACKSLASH) return this.readEscapedString(start);
      if (byte < 0x20) throw this.fault(byte === END ? UNCLOSED_STRING : RAW_CONTROL);
      if (byte >= 0x80) ascii = false;
      this.position++;
    }
  }

  private readEscapedString(start: number): string {
    let text = "";
    let from = start;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) {
        text += this.bytes.toString("utf8", from, this.position++);
        return text;
      }
      if (byte < 0x20) throw this.fault(byte === END ? UNCLOSED_STRING : RAW_CONTROL);
      if (byte !== BACKSLASH) {
        this.position++;
        continue;
      }
      text += this.bytes.toString("utf8", from, this.position++) + this.readEscape();
      from = this.position;
    }
  }

  private readEscape(): string {
    const byte = this.peek();
    if (byte === 0x75) {
      const digits = this.bytes.toString("latin1", this.position + 1, this.position + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.fault("expected four hexadecimal digits after \\u");
      this.position += 5;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = ESCAPES[byte];
    if (character === undefined) throw this.fault("an escape that JSON does not know");
    this.position++;
    return character;
  }

  private readNumber(): number | bigint | JsonFloat {
    const start = this.position;
    if (this.peek() === MINUS) {
      this.position++;
      if (this.peek() === 0x49) return this.readNonFinite("Infinity", Number.NEGATIVE_INFINITY);
    }
    this.skipInteger();
    const float = this.skipFractionAndExponent();
    const text = this.bytes.toString("latin1", start, this.position);
    if (float) return toJsonFloat(Number(text));
    if (text.length <= 15) return text === "-0" ? 0 : Number(text);
    if (text.length > MAX_INTEGER_DIGITS) throw this.fault(`an integer of more than ${MAX_INTEGER_DIGITS} digits`);
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  }

  private skipInteger(): void {
    if (this.peek() === ZERO) {
      this.position++;
      return;
    }
    this.skipDigits();
  }

  private skipFractionAndExponent(): boolean {
    let float = false;
    if (this.peek() === DOT) {
      float = true;
      this.position++;
      this.skipDigits();
    }
    const byte = this.peek();
    if (byte !== 0x65 && byte !== 0x45) return float;
    this.position++;
    const sign = this.peek();
    if (sign === PLUS || sign === MINUS) this.position++;
    this.skipDigits();
    return true;
  }

  private skipDigits(): void {
    const start = this.position;
    for (let byte = this.peek(); byte >= ZERO && byte <= NINE; byte = this.peek()) this.position++;
    if (this.position === start) throw this.fault("expected a digit");
  }

  private readWord(): JsonValue {
    if (this.takes("null")) return null;
    if (this.takes("true")) return true;
    if (this.takes("false")) return false;
    if (this.peek() === 0x4e) return this.readNonFinite("NaN", Number.NaN);
    if (this.peek() === 0x49) return this.readNonFinite("Infinity", Number.POSITIVE_INFINITY);
    throw this.fault("expected a value");
  }

  private readNonFinite(word: string, value: number): number {
    if (this.nonFinite && this.takes(word)) return value;
    throw this.fault("expected a value");
  }

  private takes(word: string): boolean {
    if (this.bytes.toString("latin1", this.position, this.position + word.length) !== word) return false;
    this.position += word.length;
    return true;
  }

  private peek(): number {
    return this.bytes[this.position] ?? END;
  }

  private repeatedKey(): MlserveError {
    const reason = "a key stands twice in its object, and only one of its values would count";
    return new MlserveError("invalid_body", reason, { where: placeOf(this.bytes, this.position) });
  }

  private fault(reason: string): MlserveError {
    const found = this.peek() === END ? ", found the end of the text" : "";
    return new MlserveError(
      "invalid_json",
      `not valid JSON at ${placeOf(this.bytes, this.position)}: ${reason}${found}`,
    );
  }
}
