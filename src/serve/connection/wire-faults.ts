import type { IncomingMessage } from "node:http";
import { MlserveError } from "../../core/errors.js";
import type { ConnectionLimits } from "./limits.js";

/** What Node's HTTP parser, or the clock over it, has against a connection. */
export interface WireError extends NodeJS.ErrnoException {
  /** What had come when the parser gave up. */
  readonly rawPacket?: Buffer;
}

/** A request line as of HTTP/1, whatever its method. */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ \r\n]+ HTTP\/1\.[01]\r?\n/;

const FAULTS: Readonly<Record<string, (limits: ConnectionLimits) => MlserveError>> = {
  HPE_HEADER_OVERFLOW: ({ headerBytes }) => headersTooLarge(`the headers have more than ${headerBytes} bytes`),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new MlserveError("body_too_large", "the extensions of a chunk are too long"),
  ERR_HTTP_REQUEST_TIMEOUT: () =>
    new MlserveError("request_timeout", "the request did not come in whole in time", {
      hint: "Send it faster, or ask the server's operator for a longer --receive-timeout",
    }),
};

/** Why a connection is refused that Node's parser could not read on. */
export function wireFault(error: WireError, limits: ConnectionLimits): MlserveError {
  const start = error.rawPacket?.toString("latin1", 0, limits.urlLength + 256) ?? "";
  if (error.code === "HPE_INVALID_METHOD" && REQUEST_LINE.test(start)) return unknownMethod();
  // The parser counts the target among the headers.
  if (error.code === "HPE_HEADER_OVERFLOW" && isTargetLong(start, limits)) return targetTooLong(limits);
  return FAULTS[error.code ?? ""]?.(limits) ?? malformed("the request is not valid HTTP/1.1");
}

function isTargetLong(start: string, { urlLength }: ConnectionLimits): boolean {
  const target = /^[A-Z]+ ([^ \r\n]*)/.exec(start)?.[1];
  return target !== undefined && target.length > urlLength;
}

/**
 * What is wrong with the head of a request that Node's parser lets pass: it takes headers of any number, lines of any
 * length below its limit, and versions that there are not.
 */
export function headFault(incoming: IncomingMessage, limits: ConnectionLimits): MlserveError | undefined {
  // Not `incoming.headers`, which is made of them only when somebody reads it.
  const { rawHeaders, url = "", httpVersionMajor, httpVersionMinor } = incoming;
  if (url.length > limits.urlLength) return targetTooLong(limits);
  if (rawHeaders.length > 2 * limits.headers)
    return headersTooLarge(`the request has more than ${limits.headers} headers`);
  if (httpVersionMajor !== 1) return new MlserveError("unsupported_http_version", "expected HTTP/1.1 or HTTP/1.0");
  // A proxy of HTTP/1.0 does not know them, and takes the next request to begin elsewhere.
  if (httpVersionMinor === 0 && countHeaders(rawHeaders, "transfer-encoding") > 0)
    return malformed("HTTP/1.0 has no chunks");
  const hosts = countHeaders(rawHeaders, "host");
  if (hosts === 0 && httpVersionMinor >= 1) return malformed("HTTP/1.1 needs a Host header");
  // Node keeps the first, while a proxy may have gone by the second.
  return hosts > 1 ? malformed("expected one Host header, got several") : undefined;
}

function countHeaders(rawHeaders: readonly string[], searched: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === searched.length && name.toLowerCase() === searched) count++;
  }
  return count;
}

export function malformed(reason: string): MlserveError {
  return new MlserveError("malformed_request", reason);
}

export function unknownMethod(): MlserveError {
  return new MlserveError("not_implemented", "the method is none that this server knows", {
    hint: "Use GET or POST",
  });
}

function targetTooLong({ urlLength }: ConnectionLimits): MlserveError {
  return new MlserveError("uri_too_long", `the target has more than ${urlLength} characters`, {
    hint: "Send data in the body of a POST to /invocations",
  });
}

function headersTooLarge(reason: string): MlserveError {
  return new MlserveError("headers_too_large", reason, {
    hint: "Send fewer or shorter ones, or ask the server's operator for a larger --max-header-size or --max-headers",
  });
}
