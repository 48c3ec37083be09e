import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type CompressionCodec, type Compressors, snappyUncompress } from "hyparquet";
import { lz4Bare, lz4Hadoop } from "../../compression/lz4.js";
import { unzstd } from "../../compression/zstd.js";

/** Decompresses a page; throws for one that is broken or larger than `length`. */
type Decompress = (input: Uint8Array, length: number) => Uint8Array;

/** zlib refuses a limit of nothing. */
const limit = (length: number) => ({ maxOutputLength: Math.max(length, 1) });

function snappy(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}

/** Every codec that pandas can write, none of which writes more than the page says it holds. */
export const DECOMPRESSORS = {
  SNAPPY: snappy,
  GZIP: (input, length) => gunzipSync(input, limit(length)),
  BROTLI: (input, length) => brotliDecompressSync(input, limit(length)),
  ZSTD: unzstd,
  LZ4: lz4Hadoop,
  LZ4_RAW: lz4Bare,
} as const satisfies Compressors & Partial<Record<CompressionCodec, Decompress>>;

/** The content of a page. Throws a RangeError for a codec that is not known, or a page of another length. */
export function decompressPage(codec: CompressionCodec, input: Uint8Array, length: number): Uint8Array {
  if (codec === "UNCOMPRESSED") return input;
  if (!isKnown(codec)) throw new RangeError(`the codec ${codec} is not supported`);
  const output = DECOMPRESSORS[codec](input, length);
  if (output.length !== length) throw new RangeError("a page is not as long as it says");
  return output;
}

function isKnown(codec: CompressionCodec): codec is keyof typeof DECOMPRESSORS {
  return Object.hasOwn(DECOMPRESSORS, codec);
}
