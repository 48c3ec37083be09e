import { createHash, type Hash } from "node:crypto";
import { MlserveError } from "../../core/errors.js";

/** `sha256:` and 64 lower-case hexadecimal digits, or the same of sha512. */
export const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The digest by which registries know these bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** What has to come: so many bytes of this digest. */
export interface Expected {
  readonly digest: string;
  readonly size: number;
}

/**
 * Passes bytes on and throws `checksum_mismatch` when they are not those that were expected: at the first byte too many,
 * or at the end. Whoever uses them before the end uses unchecked bytes.
 */
export async function* checkedStream(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Expected,
): AsyncGenerator<Uint8Array, void> {
  const hash = startHash(digest);
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > size) throw mismatch(digest, `has more than the ${size} bytes that were promised`);
    hash.update(chunk);
    yield chunk;
  }
  if (bytes < size) throw mismatch(digest, `has ${bytes} bytes where ${size} were promised`);
  checkHash(hash, digest);
}

/** Throws `checksum_mismatch` for bytes that have another digest. */
export function checkDigest(bytes: Uint8Array, digest: string): void {
  checkHash(startHash(digest).update(bytes), digest);
}

function startHash(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(":")));
}

function checkHash(hash: Hash, digest: string): void {
  if (hash.digest("hex") !== digest.slice(digest.indexOf(":") + 1))
    throw mismatch(digest, "is not what its digest says: it was changed or damaged");
}

/** Cut short: enough to find it by, and a line stays a line. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(":") + 13);
}

function mismatch(digest: string, reason: string): MlserveError {
  return new MlserveError("checksum_mismatch", reason, { where: shortDigest(digest) });
}
