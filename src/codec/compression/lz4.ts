const MIN_MATCH = 4;

/**
 * Decompresses one LZ4 block into `output` from `start` on, and tells where it ended. A block may repeat what stands
 * in `output` before it.
 *
 * Throws a RangeError for one that is broken or does not fit.
 */
function lz4Block(input: Uint8Array, output: Uint8Array, start = 0): number {
  let from = 0;
  let to = start;

  function readLength(nibble: number): number {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = input[from++] ?? broken();
    return length;
  }

  while (from < input.length) {
    const token = input[from++] ?? broken();
    const literals = readLength(token >> 4);
    if (from + literals > input.length || to + literals > output.length) broken();
    output.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has nothing but literals.
    if (from === input.length) return to;
    const offset = (input[from++] ?? broken()) | ((input[from++] ?? broken()) << 8);
    const length = readLength(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > to || to + length > output.length) broken();
    copyMatch(output, to, offset, length);
    to += length;
  }
  return to;
}

/** A match may repeat what it has just written. */
function copyMatch(output: Uint8Array, to: number, offset: number, length: number): void {
  if (offset >= length) output.copyWithin(to, to - offset, to - offset + length);
  else for (let i = to; i < to + length; i++) output[i] = output[i - offset] ?? 0;
}

const FRAME_MAGIC = 0x184d2204;
const VERSION = 0x40;
const VERSION_MASK = 0xc0;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY_ID = 0x01;
const STORED = 0x80000000;

/**
 * Decompresses one LZ4 frame of `length` bytes, as Arrow writes them. Checksums are not looked at.
 *
 * Throws a RangeError for one that is broken or of another length.
 */
export function lz4Frame(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const flags = view.getUint8(4);
  if (view.getUint32(0, true) !== FRAME_MAGIC || (flags & VERSION_MASK) !== VERSION) broken();
  const checksum = flags & BLOCK_CHECKSUM ? 4 : 0;
  // Magic, flags, block size, two optional fields, and the checksum of this header.
  let from = 6 + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY_ID ? 4 : 0) + 1;
  let to = 0;
  const output = new Uint8Array(length);
  for (;;) {
    const head = view.getUint32(from, true);
    const size = head & ~STORED;
    from += 4;
    if (head === 0) break;
    if (from + size > input.length) broken();
    const block = input.subarray(from, from + size);
    if (head >= STORED) output.set(block, to);
    to = head >= STORED ? to + size : lz4Block(block, output, to);
    from += size + checksum;
  }
  return to === length ? output : broken();
}

/**
 * Decompresses what Parquet calls LZ4: blocks with their sizes before them as Hadoop writes it, or a bare block.
 *
 * Throws a RangeError for what is neither.
 */
export function lz4Hadoop(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const output = new Uint8Array(length);
  let to = 0;
  for (let from = 0; from < input.length; ) {
    const head =
      from + 8 <= input.length ? { size: view.getUint32(from), compressed: view.getUint32(from + 4) } : undefined;
    const fits = head !== undefined && from + 8 + head.compressed <= input.length && to + head.size <= length;
    if (!fits) return from === 0 ? lz4Bare(input, length) : broken();
    const end = from + 8 + head.compressed;
    if (lz4Block(input.subarray(from + 8, end), output, to) !== to + head.size) broken();
    to += head.size;
    from = end;
  }
  return to === length ? output : broken();
}

/** Decompresses a bare LZ4 block of `length` bytes. Throws a RangeError for one that is broken or of another length. */
export function lz4Bare(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  return lz4Block(input, output) === length ? output : broken();
}

function broken(): never {
  throw new RangeError("broken LZ4 data");
}
