import { rememberRecent } from "../../http/recent.js";
import type { ConnectionLimits } from "../connection/limits.js";
import type { DirectHead, DirectRoute } from "../routes/direct-invocations.js";
import { parseOrdinaryHead } from "./ordinary-head.js";

/** A request as it lies in bytes that were read. */
export type ReadRequest =
  | { readonly kind: "whole"; readonly head: DirectHead; readonly body: Buffer }
  /** Its body has not come yet, or not all of it. */
  | { readonly kind: "partial" }
  /** Not for this lane. */
  | { readonly kind: "other" };

/** What is longer is read faster by those who read it while it comes. */
const MOST_BYTES = 64 * 1024;

const HEAD_END = Buffer.from("\r\n\r\n");
const FIRST_BYTE = "P".charCodeAt(0);

const PARTIAL: ReadRequest = { kind: "partial" };
const OTHER: ReadRequest = { kind: "other" };

/** Compiles what looks for one ordinary request in all that a connection has sent and that was not answered yet. */
export function compileRequestReader(route: DirectRoute, limits: ConnectionLimits): (bytes: Buffer) => ReadRequest {
  // Clients send the same head again and again: it is looked up as one text, and parsed when it is new.
  const readHead = rememberRecent((text) => {
    const ordinary = parseOrdinaryHead(text, limits);
    return ordinary === undefined ? null : (route.readHead(ordinary) ?? null);
  });
  return (bytes) => {
    if (bytes[0] !== FIRST_BYTE) return OTHER;
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) return OTHER;
    const start = end + HEAD_END.length;
    const head = readHead(bytes.toString("latin1", 0, start));
    if (head === null || start + head.contentLength > MOST_BYTES) return OTHER;
    const left = bytes.length - start - head.contentLength;
    if (left === 0) return { kind: "whole", head, body: bytes.subarray(start) };
    // Requests that are sent at once are Node's to put in order.
    return left < 0 ? PARTIAL : OTHER;
  };
}
