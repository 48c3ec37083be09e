import { decompress } from "fzstd";

const MAGIC = 0xfd2fb528;
const MAX_BLOCK = 128 * 1024;
const BLOCK_TYPES = { stored: 0, repeated: 1, reserved: 3 } as const;

/**
 * Decompresses one Zstandard frame of `length` bytes; its checksum is not looked at.
 *
 * fzstd believes what a frame says of its size and of how many frames there are, so both are checked before. Throws a
 * RangeError, or an error of fzstd, for one that is broken or of another length.
 */
export function unzstd(input: Uint8Array, length: number): Uint8Array {
  const frame = readFrame(input);
  if (frame.contentSize !== undefined && frame.contentSize !== length)
    throw new RangeError("a Zstandard frame of another size");
  // A frame of unknown size is written into the space that there is.
  const output =
    frame.contentSize === undefined || length === 0 ? decompress(input, new Uint8Array(length)) : decompress(input);
  if (output.length !== length) throw new RangeError("a Zstandard frame of another size");
  // fzstd's memory starts 12 bytes before: numbers of 64 bits could not be read in place.
  return output.byteOffset % 8 === 0 ? output : output.slice();
}

interface Frame {
  /** undefined where the frame does not tell. */
  readonly contentSize: number | undefined;
}

function readFrame(input: Uint8Array): Frame {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError("not a Zstandard frame");
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const end = endOfBlocks(view, sizeAt + sizeBytes) + (descriptor & 4 ? 4 : 0);
  if (end !== view.byteLength) throw new RangeError("expected a single Zstandard frame");
  return { contentSize: readSize(view, sizeAt, sizeBytes) };
}

function readSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function endOfBlocks(view: DataView, start: number): number {
  for (let at = start; ; ) {
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (head >> 1) & 3;
    const size = head >> 3;
    if (type === BLOCK_TYPES.reserved || size > MAX_BLOCK) throw new RangeError("a broken Zstandard block");
    at += 3 + (type === BLOCK_TYPES.repeated ? 1 : size);
    if (head & 1) return at;
  }
}
