import type { ConnectionLimits } from "../connection/limits.js";

/** The head of a request for predictions about which there is nothing to say. */
export interface OrdinaryHead {
  /** A name or an address, and a port: what every URL can hold. */
  readonly host: string;
  /** Bytes of the body. */
  readonly contentLength: number;
  /** As it was sent; empty where there is none. */
  readonly contentType: string;
  /** As it was sent; empty where there is none. */
  readonly accept: string;
  /** As it was sent, safe or not. */
  readonly requestId: string | undefined;
}

const REQUEST_LINE = "POST /invocations HTTP/1.1";
/** A token, then a value of visible ASCII, blanks and tabs: nothing that any two parsers read differently. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)$/;
const PLAIN_HOST = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$/i;
const LENGTH = /^(0|[1-9][0-9]{0,8})$/;

/** Headers that change how the request is read, or what is done with it. */
const SPECIAL: ReadonlySet<string> = new Set([
  "content-encoding",
  "expect",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-request-timeout",
]);

/**
 * Reads the text of a head, from the request line to the empty line. undefined for whatever is not ordinary: another
 * target or version, a header that stands twice, is folded or has a character that is not ASCII, no or a wrong length.
 *
 * What it takes is a small part of what Node's parser takes, and means the same to both.
 */
export function parseOrdinaryHead(text: string, limits: ConnectionLimits): OrdinaryHead | undefined {
  if (text.length > limits.headerBytes || !text.endsWith("\r\n\r\n")) return undefined;
  const [requestLine, ...lines] = text.slice(0, -4).split("\r\n");
  if (requestLine !== REQUEST_LINE || lines.length > limits.headers) return undefined;
  const headers = toHeaders(lines);
  return headers === undefined ? undefined : toOrdinary(headers);
}

/** By lower-case names. */
function toHeaders(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || value === undefined || headers.has(key) || SPECIAL.has(key)) return undefined;
    headers.set(key, value.trim());
  }
  return headers;
}

function toOrdinary(headers: ReadonlyMap<string, string>): OrdinaryHead | undefined {
  const host = headers.get("host") ?? "";
  const length = headers.get("content-length") ?? "";
  const keepsAlive = (headers.get("connection") ?? "keep-alive").toLowerCase() === "keep-alive";
  if (!PLAIN_HOST.test(host) || !LENGTH.test(length) || !keepsAlive) return undefined;
  return {
    host,
    contentLength: Number(length),
    contentType: headers.get("content-type") ?? "",
    accept: headers.get("accept") ?? "",
    requestId: headers.get("x-request-id"),
  };
}
