import { MlserveError } from "../../core/errors.js";
import { checkedStream, shortDigest } from "../oci/digest.js";
import type { Descriptor } from "../oci/documents.js";
import type { ImageBlob } from "../oci/image-blob.js";
import type { RegistryClient } from "./registry-client.js";
import { PassingFailure, withRetries } from "./retry.js";

/** A blob of a registry, checked while it is read from its start. */
export function registryBlob(client: RegistryClient, descriptor: Descriptor): ImageBlob {
  return {
    descriptor,
    open: (start = 0) =>
      start === 0
        ? checkedStream(streamBlob(client, descriptor, 0), descriptor)
        : streamBlob(client, descriptor, start),
  };
}

/** The bytes of a blob. When the connection breaks they go on where they stopped. Throws `registry_failed`. */
async function* streamBlob(
  client: RegistryClient,
  { digest, size }: Descriptor,
  start: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = start, failures = 0; at < size; ) {
    const chunks = await withRetries(client.retry, () => openAt(client, digest, at));
    const before = at;
    let cause: unknown;
    try {
      for await (const chunk of chunks) {
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      cause = error;
    }
    failures = at > before ? 0 : failures + 1;
    if (failures >= client.retry.tries) throw broken(client, digest, cause);
  }
}

async function openAt(client: RegistryClient, digest: string, at: number): Promise<AsyncIterable<Uint8Array>> {
  const headers = at === 0 ? {} : { range: `bytes=${at}-` };
  const response = await client.send({ method: "GET", path: `blobs/${digest}`, headers });
  if (response.body === null) throw new PassingFailure(broken(client, digest));
  return response.status === 206 ? response.body : skip(response.body, at);
}

/** Of a registry that knows no ranges. */
async function* skip(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

function broken({ where }: RegistryClient, digest: string, cause?: unknown): MlserveError {
  return new MlserveError("registry_failed", `the connection broke while ${shortDigest(digest)} was read`, {
    where,
    cause,
  });
}
