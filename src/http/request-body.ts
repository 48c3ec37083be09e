import type { IncomingMessage } from "node:http";
import { MlserveError } from "../core/errors.js";

/**
 * Reads a request's body, counting while it comes.
 *
 * `incoming` is Node's own request, where there is one: it is several times faster than the web stream over it. Throws
 * `body_too_large` as soon as the limit is passed, `request_aborted` when the client leaves.
 */
export async function readRequestBody(
  request: Request,
  incoming: IncomingMessage | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes);
  if (incoming !== undefined) return readIncoming(incoming, maxBytes);
  return request.body === null ? new Uint8Array() : readStream(request.body, maxBytes);
}

function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (finish: () => void): void => {
      incoming.off("data", onData).off("end", onEnd).off("error", onLost).off("close", onLost);
      finish();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else settle(() => reject(tooLarge(maxBytes)));
    };
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    const onLost = (): void =>
      settle(() => reject(new MlserveError("request_aborted", "the client left before its request was whole")));
    incoming.on("data", onData).on("end", onEnd).on("error", onLost).on("close", onLost);
    if (incoming.destroyed) onLost();
  });
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
