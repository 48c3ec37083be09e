import { Transform, type TransformCallback } from "node:stream";
import { Deflate } from "pako";
import { MlserveError } from "../core/errors.js";
import { DEFAULT_LIMITS } from "./archive-limits.js";

/**
 * Compresses to gzip bytes that are the same on every machine, with no name, time or system in their header.
 *
 * zlib's own output differs between the builds that Node is linked with: see docs/decisions/003-package-bytes.md.
 * Throws `invalid_package` for what shrinks so much that the reader of archives would take it for a bomb.
 */
export function createStableGzip(): Transform {
  const deflate = new Deflate({ gzip: true, level: 6 });
  let bytesIn = 0;
  let bytesOut = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytesIn += chunk.length;
      if (looksLikeBomb(bytesIn, bytesOut))
        done(new MlserveError("invalid_package", "its files shrink to almost nothing", { hint: BOMB_HINT }));
      else push(deflate, chunk, false, done);
    },
    flush: (done) => push(deflate, new Uint8Array(0), true, done),
  });
  deflate.onData = (compressed) => {
    bytesOut += compressed.length;
    stream.push(compressed);
  };
  return stream;
}

const BOMB_HINT = "Unpacking it would be refused as a bomb: name the package .tar instead";

/** Half of what the reader allows, for the two do not count in step. */
function looksLikeBomb(bytesIn: number, bytesOut: number): boolean {
  const { ratio, ratioFromBytes } = DEFAULT_LIMITS;
  return bytesIn > ratioFromBytes / 2 && bytesIn > (ratio / 2) * bytesOut;
}

function push(deflate: Deflate, chunk: Uint8Array, last: boolean, done: TransformCallback): void {
  deflate.push(chunk, last);
  done(deflate.err === 0 ? null : new Error(`the compressor failed: ${deflate.msg}`));
}
