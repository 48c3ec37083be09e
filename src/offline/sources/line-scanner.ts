import type { RecordScanner } from "./record-blocks.js";

const LF = 10;
const SPACE = 32;

/** Finds the ends of lines; "\r" before one is white space to JSON. */
export class LineScanner implements RecordScanner {
  isBlank = true;
  readonly lines = 1;
  private ended = true;

  findEnd(chunk: Uint8Array, from: number): number {
    if (from >= chunk.length) return -1;
    if (this.ended) this.isBlank = true;
    const end = chunk.indexOf(LF, from);
    this.ended = end >= 0;
    const stop = end < 0 ? chunk.length : end;
    for (let at = from; this.isBlank && at < stop; at++) if ((chunk[at] ?? 0) > SPACE) this.isBlank = false;
    return end < 0 ? -1 : end + 1;
  }

  finish(): void {
    if (this.ended) this.isBlank = true;
    this.ended = true;
  }
}
