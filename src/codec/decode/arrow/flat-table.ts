/** Reads a flatbuffers table within its bounds: every position that leaves the buffer throws a RangeError. */
export class FlatTable {
  private readonly view: DataView;
  /** Where it lies in the buffer. */
  readonly position: number;

  constructor(view: DataView, position: number) {
    this.view = view;
    this.position = position;
  }

  static root(view: DataView): FlatTable {
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** Where a field stands; undefined where it has its default. */
  private locate(field: number): number | undefined {
    const fields = this.position - this.view.getInt32(this.position, true);
    const entry = 4 + 2 * field;
    const offset = entry < this.view.getUint16(fields, true) ? this.view.getUint16(fields + entry, true) : 0;
    return offset === 0 ? undefined : this.position + offset;
  }

  /** Where a field points to. */
  private follow(field: number): number | undefined {
    const at = this.locate(field);
    return at === undefined ? undefined : at + this.view.getUint32(at, true);
  }

  byte(field: number): number {
    const at = this.locate(field);
    return at === undefined ? 0 : this.view.getUint8(at);
  }

  short(field: number): number {
    const at = this.locate(field);
    return at === undefined ? 0 : this.view.getInt16(at, true);
  }

  long(field: number): bigint {
    const at = this.locate(field);
    return at === undefined ? 0n : this.view.getBigInt64(at, true);
  }

  table(field: number): FlatTable | undefined {
    const at = this.follow(field);
    return at === undefined ? undefined : new FlatTable(this.view, at);
  }

  /** The bytes of a text. */
  textLength(field: number): number {
    return this.vector(field, 1)?.length ?? 0;
  }

  /** The tables of a vector. */
  *tables(field: number): Generator<FlatTable> {
    const vector = this.vector(field, 4);
    for (let i = 0; i < (vector?.length ?? 0); i++) {
      const at = (vector?.start ?? 0) + 4 * i;
      yield new FlatTable(this.view, at + this.view.getUint32(at, true));
    }
  }

  /** The first number of each struct of a vector. */
  *firstLongs(field: number, structBytes: number): Generator<bigint> {
    const vector = this.vector(field, structBytes);
    for (let i = 0; i < (vector?.length ?? 0); i++)
      yield this.view.getBigInt64((vector?.start ?? 0) + structBytes * i, true);
  }

  /** A vector whose elements all lie within the buffer. */
  vector(field: number, elementBytes: number): { readonly start: number; readonly length: number } | undefined {
    const at = this.follow(field);
    if (at === undefined) return undefined;
    const length = this.view.getUint32(at, true);
    if (at + 4 + length * elementBytes > this.view.byteLength) throw new RangeError("a vector leaves its message");
    return { start: at + 4, length };
  }
}
