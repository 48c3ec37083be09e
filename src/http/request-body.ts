import type { IncomingMessage, ServerResponse } from "node:http";
import { MlserveError } from "../core/errors.js";
import { type ContentCoding, decodeBody } from "./content-coding.js";

/** Node's own request and response under a web one; absent where there are none, in tests of the app. */
export interface NodeExchange {
  /** The request. */
  readonly incoming?: IncomingMessage;
  /** What it is answered with. */
  readonly outgoing?: ServerResponse;
}

/**
 * Reads a request's body, counting while it comes; one that is compressed with `coding` is decompressed and counted so.
 *
 * Node's own request is several times faster to read than the web stream over it. A client that waits to be asked for the
 * body is asked here, when its headers have passed. Throws `body_too_large` as soon as the limit is passed,
 * `request_aborted` when the client leaves, `invalid_body` for compressed data that is broken.
 */
export async function readRequestBody(
  request: Request,
  { incoming, outgoing }: NodeExchange,
  maxBytes: number,
  coding?: ContentCoding,
): Promise<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes);
  if (request.headers.has("expect")) outgoing?.writeContinue();
  if (coding !== undefined) return readCompressed(request, incoming, maxBytes, coding);
  if (incoming !== undefined) return readIncoming(incoming, maxBytes);
  return request.body === null ? new Uint8Array() : readStream(request.body, maxBytes);
}

/** Reads the body of Node's own request. Throws `body_too_large` and `request_aborted`. */
function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let others: Buffer[] | undefined;
    let bytes = 0;
    let isWhole = false;
    // None of them is taken off, which would cost more than leaving them.
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) reject(tooLarge(maxBytes));
      else if (first === undefined) first = chunk;
      else if (others === undefined) others = [first, chunk];
      else others.push(chunk);
    });
    incoming.on("end", () => {
      isWhole = true;
      resolve(others === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(others));
    });
    // Every request is closed when it has been answered: an error made for nobody is the most of what reading costs.
    const onLost = (): void => {
      if (!isWhole) reject(aborted());
    };
    // An error of a request is the loss of its connection.
    incoming.on("error", onLost).on("close", onLost);
    if (incoming.destroyed) onLost();
  });
}

async function readCompressed(
  { body }: Request,
  incoming: IncomingMessage | undefined,
  maxBytes: number,
  coding: ContentCoding,
): Promise<Uint8Array> {
  // A request that is given up halfway is answered all the same: its connection must live.
  const source = incoming?.iterator({ destroyOnReturn: false }) ?? body?.values({ preventCancel: true }) ?? noBytes();
  try {
    return await decodeBody(source, coding, maxBytes, () => tooLarge(maxBytes));
  } catch (error) {
    throw error instanceof MlserveError ? error : aborted(error);
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function aborted(cause?: unknown): MlserveError {
  return new MlserveError("request_aborted", "the client left before its request was whole", { cause });
}

async function readStream(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): MlserveError {
  return new MlserveError("body_too_large", `the body has more than the ${maxBytes} bytes that are allowed`, {
    hint: "Send fewer rows at a time, or raise --max-body",
  });
}
