import { Deflate } from "pako";

/** Compresses to gzip bytes that are the same on every machine: see docs/decisions/003-package-bytes.md. */
export async function* gzipStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const ready: Uint8Array[] = [];
  const deflate = new Deflate({ gzip: true, level: 3 });
  deflate.onData = (compressed) => ready.push(compressed);
  for await (const chunk of chunks) {
    deflate.push(chunk, false);
    yield* ready.splice(0);
  }
  deflate.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}
