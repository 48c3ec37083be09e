import { beyondLimit, type DecodeLimits, OWN_DATA_LIMITS, ValueBudget } from "./decode-limits.js";
import { MlserveError } from "./errors.js";
import { END } from "./json-bytes.js";
import type { JsonOptions, JsonPlace } from "./json-options.js";
import { placeOf } from "./json-place.js";

/** The bytes of a JSON text, how far they are read, and what may be read of them. */
export class JsonCursor {
  protected readonly bytes: Buffer;
  protected readonly limits: DecodeLimits;
  protected readonly budget: ValueBudget;
  position: number;
  protected depth: number;

  constructor(bytes: Uint8Array, options: JsonOptions, place?: JsonPlace) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limits = options.limits ?? OWN_DATA_LIMITS;
    this.budget = place?.budget ?? new ValueBudget(this.limits);
    this.position = place?.position ?? 0;
    this.depth = place?.depth ?? 0;
  }

  protected peek(): number {
    return this.bytes[this.position] ?? END;
  }

  protected skipSpace(): number {
    for (;;) {
      const byte = this.peek();
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.position++;
    }
  }

  protected takes(word: string): boolean {
    if (this.bytes.toString("latin1", this.position, this.position + word.length) !== word) return false;
    this.position += word.length;
    return true;
  }

  protected enter(): void {
    this.position++;
    this.depth++;
    if (this.depth > this.limits.maxDepth) throw this.beyond("maxDepth");
  }

  protected leave<T>(value: T): T {
    this.position++;
    this.depth--;
    return value;
  }

  protected beyond(limit: keyof DecodeLimits): MlserveError {
    return beyondLimit(this.limits, limit, placeOf(this.bytes, this.position));
  }

  protected repeatedKey(): MlserveError {
    const reason = "a key stands twice in its object, and only one of its values would count";
    return new MlserveError("invalid_body", reason, { where: placeOf(this.bytes, this.position) });
  }

  protected fault(reason: string): MlserveError {
    const found = this.peek() === END ? ", found the end of the text" : "";
    return new MlserveError(
      "invalid_json",
      `not valid JSON at ${placeOf(this.bytes, this.position)}: ${reason}${found}`,
    );
  }
}
