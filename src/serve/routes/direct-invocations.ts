import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { isMediaType, type MediaType } from "../../codec/media-types.js";
import type { Logger } from "../../core/logger.js";
import { parseMediaType } from "../../http/media-type.js";
import { problemAnswer } from "../../http/problem.js";
import { rememberRecent } from "../../http/recent.js";
import { readIncoming } from "../../http/request-body.js";
import { REQUEST_TIMEOUT_HEADER } from "../../http/request-timeout.js";
import { SERVER_TIMING_HEADER, serverTiming } from "../../http/server-timing.js";
import type { ExecuteRequest } from "../../pipeline/executor.js";
import type { Scored } from "../access-log.js";
import type { ObservedRequest, Observer } from "../observe-requests.js";
import type { ModelRepository } from "../repository.js";
import { score, toScored } from "../score.js";
import { ConnectionCaller } from "./connection-caller.js";
import { INVOCATIONS, type InvocationsOptions } from "./invocations.js";
import { readAccept, type Wanted } from "./scoring-headers.js";

export interface DirectOptions extends InvocationsOptions {
  readonly observer: Observer;
  readonly logger: Logger;
}

/** Answers a request, or gives false without having touched it. */
export type DirectRoute = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/**
 * `POST /invocations` on Node's own request and response: the web's objects around them cost more than a tiny model.
 *
 * It takes only requests about whose head there is nothing to say; the app has the words for all others, and answers
 * these in the same way: `invocations.ts`. A middleware of the app has to be there for both.
 */
export function createDirectInvocations(models: ModelRepository, options: DirectOptions): DirectRoute {
  const readHead = compileHead(options);
  return (incoming, outgoing) => {
    if (incoming.url !== INVOCATIONS || incoming.method !== "POST") return false;
    const head = readHead(incoming.headers);
    if (head === undefined) return false;
    void answer(models, head, { incoming, outgoing }, options);
    return true;
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

type Head = Omit<ExecuteRequest, "bytes">;

/** Never rejects: whatever goes wrong is what the client is answered with. */
async function answer(models: ModelRepository, head: Head, exchange: Exchange, options: DirectOptions): Promise<void> {
  const { incoming, outgoing } = exchange;
  const { observer, metrics, bodies } = options;
  const observed = observer.begin(incoming.headers["x-request-id"]);
  try {
    const bytes = await readIncoming(incoming, outgoing, bodies);
    const reply = await score(models, { ...head, bytes }, new ConnectionCaller(outgoing), metrics);
    if (reply.kind === "streamed") throw new TypeError("a stream for a client that cannot read one");
    const timing = options.serverTiming ? [SERVER_TIMING_HEADER, serverTiming(reply.phases)] : [];
    const headers = ["content-type", reply.mediaType, "x-content-type-options", "nosniff", ...timing];
    send(outgoing, 200, headers, reply.bytes, observed);
    end(observer, observed, 200, toScored(bytes, reply));
  } catch (error) {
    const { status, headers, text, isFault } = problemAnswer(error);
    if (isFault) options.logger.error({ err: error, requestId: observed.requestId }, "a request failed");
    send(outgoing, status, Object.entries(headers).flat(), Buffer.from(text), observed);
    end(observer, observed, status, undefined);
  }
}

function end(observer: Observer, observed: ObservedRequest, status: number, scored: Scored | undefined): void {
  observer.end(observed, { method: "POST", route: INVOCATIONS, status, scored });
}

/** Up to here, one text of head and body costs less than two buffers. */
const SHORT_BYTES = 4096;

function send(
  outgoing: ServerResponse,
  status: number,
  headers: readonly string[],
  bytes: Uint8Array,
  { requestId }: ObservedRequest,
): void {
  outgoing.writeHead(status, [...headers, "x-request-id", requestId, "content-length", String(bytes.length)]);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Each byte is a character of latin1, and becomes the same byte again.
  if (body.length <= SHORT_BYTES) outgoing.end(body.toString("latin1"), "latin1");
  else outgoing.end(body);
}

/** Beyond that, a body costs more than the web's objects do, and its answer may have to be sent in pieces. */
const SHORT_BODY_BYTES = 1024 * 1024;

/** Headers that change what is done with a request. */
const SPECIAL = ["content-encoding", "transfer-encoding", "expect", REQUEST_TIMEOUT_HEADER] as const;

/** A name or an address, and a port: what every URL can hold. */
const PLAIN_HOST = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$/i;

/** undefined for a head with which the app has something to do. */
function compileHead({ bodies, timeoutMs }: InvocationsOptions): (head: IncomingHttpHeaders) => Head | undefined {
  const maxBytes = Math.min(bodies.maxBytes, SHORT_BODY_BYTES);
  const isPlainHost = rememberRecent((host) => PLAIN_HOST.test(host));
  const wantedOf = rememberRecent(readAccept);
  const headOf = rememberRecent((type) => rememberRecent((accept) => toHead(toMediaType(type), wantedOf(accept))));
  const limit = timeoutMs === 0 ? {} : { timeoutMs };
  const toHead = (media: MediaType | undefined, wanted: Wanted): Head | null =>
    media === undefined || wanted.events !== "no" ? null : { media, ...wanted, ...limit };
  return (headers) => {
    const { host = "", accept = "", "content-type": type = "", "content-length": length = "" } = headers;
    if (!isPlainHost(host) || !(Number(length) <= maxBytes) || length === "") return undefined;
    for (const name of SPECIAL) if (headers[name] !== undefined) return undefined;
    return headOf(type)(accept) ?? undefined;
  };
}

/** undefined for what is none that a body may have, also for none. */
function toMediaType(header: string): MediaType | undefined {
  try {
    const type = parseMediaType(header);
    return isMediaType(type) ? type : undefined;
  } catch {
    return undefined;
  }
}
