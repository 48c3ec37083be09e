/** A body in one piece, or in several, one after the other: what is too long to be copied at once stays as it came. */
export type BodyBytes = Uint8Array | readonly Uint8Array[];

/** Copying so many takes well under a millisecond. */
const COPIED_AT_ONCE = 1024 * 1024;

/** How many there are in all pieces. */
export function byteCount(bytes: BodyBytes): number {
  if (bytes instanceof Uint8Array) return bytes.length;
  let count = 0;
  for (const block of bytes) count += block.length;
  return count;
}

/** The pieces, whether there is one or several. */
export function toBlocks(bytes: BodyBytes): readonly Uint8Array[] {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}

/** In one piece. The event loop goes on between the parts of a long copy. */
export async function toOnePiece(bytes: BodyBytes): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) return bytes;
  const whole = Buffer.allocUnsafeSlow(byteCount(bytes));
  let end = 0;
  let copied = 0;
  for (const block of bytes) {
    whole.set(block, end);
    end += block.length;
    copied += block.length;
    if (copied < COPIED_AT_ONCE) continue;
    copied = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return whole;
}

/** Shorter pieces are put together: each piece by itself costs more than its bytes. */
const SHORT_BYTES = 4096;
const SHORTS_TOGETHER = 64 * 1024;

/** Collects bytes as they come, however they were cut, without copying what is long. */
export class ByteCollector {
  private blocks: Uint8Array[] = [];
  /** Where short pieces are put together, and how much of it is filled. */
  private open: Uint8Array | undefined;
  private filled = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  add(piece: Uint8Array): void {
    this.count += piece.length;
    if (piece.length >= SHORT_BYTES) {
      this.closeShorts();
      this.blocks.push(piece);
      return;
    }
    if (this.open !== undefined && this.filled + piece.length > this.open.length) this.closeShorts();
    this.open ??= Buffer.allocUnsafeSlow(SHORTS_TOGETHER);
    this.open.set(piece, this.filled);
    this.filled += piece.length;
  }

  /** What has come: in one piece unless it is long. */
  take(): BodyBytes {
    this.closeShorts();
    const [first = new Uint8Array(), ...others] = this.blocks;
    if (others.length === 0) return first;
    return this.count <= COPIED_AT_ONCE ? Buffer.concat(this.blocks) : this.blocks;
  }

  /** Lets go of what has come. */
  clear(): void {
    this.blocks = [];
    this.open = undefined;
    this.count = 0;
  }

  private closeShorts(): void {
    if (this.open === undefined) return;
    this.blocks.push(this.open.subarray(0, this.filled));
    this.open = undefined;
    this.filled = 0;
  }
}
