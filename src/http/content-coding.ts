import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
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

/** Makes the error of a body that has more than the bytes that are allowed. */
export type TooLarge = () => MlserveError;

/**
 * Decompresses a body while it comes, and stops as soon as what comes out has more than `maxBytes`.
 *
 * Throws `tooLarge()` then, `invalid_body` for what is broken or ends too early, and what `source` throws.
 */
export async function decodeBody(
  source: AsyncIterable<Uint8Array>,
  coding: ContentCoding,
  maxBytes: number,
  tooLarge: TooLarge,
): Promise<Uint8Array> {
  const decoder = DECODERS[coding]();
  const chunks: Uint8Array[] = [];
  let received = 0;
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      received += chunk.length;
      yield chunk;
    }
  }
  async function collect(decoded: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of decoded) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  }
  try {
    await pipeline(counted, decoder, collect);
  } catch (error) {
    throw isZlibFault(error) ? broken(coding, error) : error;
  }
  // What comes after the end of the data is left over without a word.
  if (decoder.bytesWritten < received) throw broken(coding);
  return Buffer.concat(chunks);
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
