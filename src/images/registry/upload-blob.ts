import { MlserveError } from "../../core/errors.js";
import type { ImageBlob } from "../oci/image-blob.js";
import { readAll } from "../oci/image-blob.js";
import { createChunkReader } from "./chunk-reader.js";
import type { RegistryClient } from "./registry-client.js";
import { PassingFailure, withRetries } from "./retry.js";

/** What became of a blob that was to be in a registry. */
export type Upload = "present" | "mounted" | "sent";

export interface UploadOptions {
  /** A repository of the same registry that may have it. */
  readonly mountFrom?: string | undefined;
  /** Bytes that are sent in one request, and sent again when it fails. Default 16 MiB. */
  readonly chunkBytes?: number;
  /** Told of bytes as they have arrived; of fewer than before, where an upload begins anew. */
  readonly onBytes?: (bytes: number) => void;
}

const CHUNK_BYTES = 16 * 1024 * 1024;
const OCTETS = { "content-type": "application/octet-stream" };

/**
 * Sees to it that a registry has a blob: nothing is sent of one that is there, or that another repository there has.
 * Large ones go in chunks, and go on where they stopped. Throws `registry_failed`, and what reading the blob throws.
 */
export async function uploadBlob(
  client: RegistryClient,
  blob: ImageBlob,
  options: UploadOptions = {},
): Promise<Upload> {
  const { digest } = blob.descriptor;
  if (await isThere(client, digest)) return "present";
  const { mountFrom, chunkBytes = CHUNK_BYTES } = options;
  const location = await start(client, mountFrom === undefined ? "" : `?mount=${digest}&from=${mountFrom}`);
  if (location === undefined) return "mounted";
  if (blob.descriptor.size <= chunkBytes) await sendWhole(client, blob, location);
  else await sendChunks(client, blob, location, { ...options, chunkBytes });
  return "sent";
}

async function isThere(client: RegistryClient, digest: string): Promise<boolean> {
  return (await client.request({ method: "HEAD", path: `blobs/${digest}`, accepts: [404] })).ok;
}

/** Where the upload goes; undefined when the registry took the blob from its other repository. */
async function start(client: RegistryClient, query = ""): Promise<URL | undefined> {
  const response = await client.request({ method: "POST", path: `blobs/uploads/${query}` });
  return response.status === 201 ? undefined : locationOf(response, client);
}

async function startAnew(client: RegistryClient): Promise<URL> {
  const location = await start(client);
  if (location === undefined) throw unexpected(client);
  return location;
}

async function sendWhole(client: RegistryClient, blob: ImageBlob, first: URL): Promise<void> {
  const body = await readAll(blob.open());
  await withRetries(client.retry, async (failure) => {
    const location = failure === undefined ? first : await startAnew(client);
    return client.send({ method: "PUT", path: withDigest(location, blob), headers: OCTETS, body });
  });
}

async function sendChunks(
  client: RegistryClient,
  blob: ImageBlob,
  first: URL,
  { chunkBytes, onBytes = () => {} }: UploadOptions & { readonly chunkBytes: number },
): Promise<void> {
  const { size, digest } = blob.descriptor;
  const reader = createChunkReader(blob);
  const upload = { location: first, at: 0, isDoubtful: false };
  let before = 0;
  const isFurther = (): boolean => {
    const further = upload.at > before;
    before = upload.at;
    return further;
  };
  const attempt = async (): Promise<void> => {
    // The last answer may be all that was lost.
    if (upload.isDoubtful && (await isThere(client, digest))) return;
    if (upload.isDoubtful) await findPlace(client, upload);
    upload.isDoubtful = true;
    while (upload.at < size) {
      onBytes(upload.at);
      await sendChunk(client, await reader.read(upload.at, chunkBytes), upload);
    }
    await client.send({ method: "PUT", path: withDigest(upload.location, blob), headers: OCTETS });
    onBytes(size);
  };
  try {
    await withRetries(client.retry, attempt, isFurther);
  } finally {
    await reader.close();
  }
}

/** What a registry says that has another end of the upload in mind, or has forgotten it. */
const LOST: readonly number[] = [404, 416];

interface UploadState {
  location: URL;
  at: number;
  /** Did something fail, so that the registry has to be asked how far it came? */
  isDoubtful: boolean;
}

async function sendChunk(client: RegistryClient, chunk: Uint8Array, upload: UploadState): Promise<void> {
  const end = upload.at + chunk.length;
  const headers = { ...OCTETS, "content-range": `${upload.at}-${end - 1}` };
  const response = await client.send({ method: "PATCH", path: upload.location, headers, body: chunk, accepts: LOST });
  if (!response.ok) throw new PassingFailure(unexpected(client));
  upload.location = locationOf(response, client);
  upload.at = end;
}

/** Asks how far an upload came; one that the registry no longer knows begins anew. */
async function findPlace(client: RegistryClient, upload: UploadState): Promise<void> {
  const response = await client.send({ method: "GET", path: upload.location, accepts: [400, 404, 405, 416] });
  const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get("range") ?? "")?.[1];
  if (!response.ok || last === undefined) {
    upload.location = await startAnew(client);
    upload.at = 0;
    return;
  }
  // "0-0" is what registries say of nothing.
  upload.at = last === "0" ? 0 : Number(last) + 1;
  if (response.headers.has("location")) upload.location = locationOf(response, client);
}

/** Registries put what they need to know of an upload into its address, which stays as it is. */
function withDigest(location: URL, { descriptor }: ImageBlob): URL {
  const separator = location.search === "" ? "?" : "&";
  return new URL(`${location.href}${separator}digest=${encodeURIComponent(descriptor.digest)}`);
}

function locationOf(response: Response, client: RegistryClient): URL {
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, response.url)) throw unexpected(client);
  return new URL(location, response.url);
}

function unexpected({ where }: RegistryClient): MlserveError {
  return new MlserveError("registry_failed", "the registry does not take uploads as the specification says", { where });
}
