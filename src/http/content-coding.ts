import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { type BodyBytes, ByteCollector } from "../core/byte-blocks.js";
import { MlserveError } from "../core/errors.js";

/** How each coding of a request's body is undone. */
const DECODERS = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** A coding that a request's body may be compressed with. */
export type ContentCoding = keyof typeof DECODERS;

/** What a refusal's `Accept-Encoding` header tells. */
export const ACCEPTED_CODINGS = Object.keys(DECODERS).join(", ");

/**
 * The coding that a Content-Encoding header names; undefined where there is none.
 *
 * Throws `unsupported_media_type` for any other coding, and for several on top of each other.
 */
export function parseContentCoding(header: string | null): ContentCoding | undefined {
  const named = (header ?? "").split(",").map((part) => part.trim().toLowerCase());
  const [coding, second] = named.filter((part) => part !== "" && part !== "identity");
  if (coding === undefined) return undefined;
  const known = coding === "x-gzip" ? "gzip" : coding;
  if (second === undefined && isContentCoding(known)) return known;
  throw new MlserveError("unsupported_media_type", `expected one of ${ACCEPTED_CODINGS}, or none`, {
    where: "Content-Encoding",
  });
}

function isContentCoding(name: string): name is ContentCoding {
  return Object.hasOwn(DECODERS, name);
}

export interface DecodingLimits {
  readonly maxBytes: number;
  /** Makes the error of a body that has more. */
  tooLarge(): MlserveError;
  /** Told of bytes that have come out; the next wait for what it gives. */
  takeRoom?(count: number): Promise<void> | undefined;
}

/**
 * Decompresses a body while it comes, and stops as soon as what comes out has more than `maxBytes`.
 *
 * Throws `tooLarge()` then, `invalid_body` for what is broken or ends too early, and what `source` and `takeRoom` throw.
 */
export async function decodeBody(
  source: AsyncIterable<Uint8Array>,
  coding: ContentCoding,
  { maxBytes, tooLarge, takeRoom }: DecodingLimits,
): Promise<BodyBytes> {
  const decoder = DECODERS[coding]();
  const collector = new ByteCollector();
  let received = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      received += chunk.length;
      yield chunk;
    }
  }
  async function collect(decoded: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of decoded) {
      if (collector.length + chunk.length > maxBytes) throw tooLarge();
      collector.add(chunk);
      await takeRoom?.(chunk.length);
    }
  }
  try {
    await pipeline(counted, decoder, collect);
  } catch (error) {
    throw isZlibFault(error) ? broken(coding, error) : error;
  }
  // What comes after the end of the data is left over without a word.
  if (decoder.bytesWritten < received) throw broken(coding);
  return collector.take();
}

function broken(coding: ContentCoding, cause?: unknown): MlserveError {
  return new MlserveError("invalid_body", `the body is not whole, or not ${coding}`, {
    where: "Content-Encoding",
    cause,
  });
}

/** zlib and Brotli have numbers for what is wrong with the data; nothing else has. */
function isZlibFault(error: unknown): boolean {
  return (
    error instanceof Error && "errno" in error && "code" in error && /^(Z_|ERR__|ERR_BROTLI)/.test(String(error.code))
  );
}
