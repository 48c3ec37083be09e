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
import { JsonCursor } from "./json-cursor.js";
import type { JsonOptions, JsonPlace } from "./json-options.js";
import { type JsonFloat, type JsonObject, type JsonValue, toJsonFloat } from "./json-value.js";

export { JsonFloat, type JsonObject, type JsonValue, toPlain } from "./json-value.js";

/**
 * Reads one JSON value from UTF-8 bytes.
 *
 * The last of repeated keys wins, in the place of the first, unless they are refused. Throws `invalid_json` with the
 * position of the fault, `invalid_body` for a repeated key, and `body_too_large` beyond the limits.
 */
export function parseJson(bytes: Uint8Array, options: JsonOptions = {}): JsonValue {
  if (!isUtf8(bytes)) throw new MlserveError("invalid_json", "the body is not valid UTF-8");
  return new JsonReader(bytes, options).readDocument();
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

/* What values take in memory, whatever is in them; a text's characters come to it. */
const VALUE_BYTES = 16;
const LIST_BYTES = 48;
const OBJECT_BYTES = 160;
const TEXT_BYTES = 24;
const FLOAT_BYTES = 48;
/** Shorter lists are copied, as one that grows has room for more. */
const ROOMY = 16;

class JsonReader extends JsonCursor {
  private readonly nonFinite: boolean;
  private readonly refuseRepeated: boolean;
  /** A body of nothing but `{}` would take a hundred times its size if each were an object of its own. */
  private empty: { readonly list: JsonValue[]; readonly object: JsonObject } | undefined;

  constructor(bytes: Uint8Array, options: JsonOptions, place?: JsonPlace) {
    super(bytes, options, place);
    this.nonFinite = options.nonFinite ?? false;
    this.refuseRepeated = options.repeatedKeys === "refuse";
  }

  readDocument(): JsonValue {
    // One byte order mark, as Python's reader takes.
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.position = 3;
    if (this.skipSpace() === END) throw this.fault("expected a value");
    const value = this.readValue();
    if (this.skipSpace() !== END) throw this.fault("expected the end of the text");
    return value;
  }

  readValue(): JsonValue {
    const byte = this.skipSpace();
    if (byte === QUOTE) return this.readString();
    if (byte === OPEN_LIST) return this.readList();
    if (byte === OPEN_OBJECT) return this.readObject();
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return this.readNumber();
    return this.readWord();
  }

  private readList(): JsonValue[] {
    this.enter();
    if (this.skipSpace() === CLOSE_LIST) return this.leave(this.shared().list);
    const list: JsonValue[] = [];
    this.budget.spend(LIST_BYTES);
    let rows = 0;
    for (;;) {
      if (isOpening(this.skipSpace())) rows++;
      this.countItem(rows, list.length + 1 - rows);
      list.push(this.readValue());
      const byte = this.skipSpace();
      if (byte === CLOSE_LIST) return this.leave(list.length < ROOMY ? list.slice() : list);
      if (byte !== COMMA) throw this.fault("expected ',' or ']'");
      this.position++;
    }
  }

  private countItem(rows: number, elements: number): void {
    if (rows > this.limits.maxRows) throw this.beyond("maxRows");
    if (elements > this.limits.maxElements) throw this.beyond("maxElements");
    this.budget.spend(VALUE_BYTES);
  }

  private readObject(): JsonObject {
    this.enter();
    if (this.skipSpace() === CLOSE_OBJECT) return this.leave(this.shared().object);
    const object: JsonObject = new Map();
    this.budget.spend(OBJECT_BYTES);
    for (;;) {
      if (object.size >= this.limits.maxColumns) throw this.beyond("maxColumns");
      this.budget.spend(2 * VALUE_BYTES);
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

  private readString(): string {
    const start = ++this.position;
    let ascii = true;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) {
        const end = this.position++;
        this.countText(end - start);
        return ascii ? this.bytes.toString("latin1", start, end) : this.bytes.toString("utf8", start, end);
      }
      if (byte === BACKSLASH) return this.readEscapedString(start);
      if (byte < 0x20) throw this.fault(byte === END ? UNCLOSED_STRING : RAW_CONTROL);
      if (byte >= 0x80) ascii = false;
      this.position++;
    }
  }

  private countText(bytes: number): void {
    if (bytes > this.limits.maxStringBytes) throw this.beyond("maxStringBytes");
    this.budget.spend(TEXT_BYTES + bytes);
  }

  private readEscapedString(start: number): string {
    let text = "";
    let from = start;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) {
        this.countText(this.position - start);
        return text + this.bytes.toString("utf8", from, this.position++);
      }
      if (byte < 0x20) throw this.fault(byte === END ? UNCLOSED_STRING : RAW_CONTROL);
      if (byte !== BACKSLASH) {
        this.position++;
        continue;
      }
      if (this.position - start > this.limits.maxStringBytes) throw this.beyond("maxStringBytes");
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
    if (float) return this.toFloat(Number(text));
    if (text.length <= 15) return text === "-0" ? 0 : Number(text);
    if (text.length > MAX_INTEGER_DIGITS) throw this.fault(`an integer of more than ${MAX_INTEGER_DIGITS} digits`);
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  }

  private toFloat(number: number): number | JsonFloat {
    const float = toJsonFloat(number);
    if (typeof float === "object") this.budget.spend(FLOAT_BYTES);
    return float;
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
}

function isOpening(byte: number): boolean {
  return byte === OPEN_LIST || byte === OPEN_OBJECT;
}
