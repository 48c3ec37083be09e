import { isMediaType, type MediaType } from "../../codec/media-types.js";
import type { CallerSignal } from "../../core/caller-signal.js";
import type { Logger } from "../../core/logger.js";
import { parseMediaType } from "../../http/media-type.js";
import { type ProblemAnswer, problemAnswer } from "../../http/problem.js";
import { SERVER_TIMING_HEADER, serverTiming } from "../../http/server-timing.js";
import type { ExecuteRequest } from "../../pipeline/executor.js";
import type { Scored } from "../access-log.js";
import type { OrdinaryHead } from "../fast-lane/ordinary-head.js";
import type { ObservedRequest, Observer } from "../observe-requests.js";
import type { ModelRepository } from "../repository.js";
import { score, toScored } from "../score.js";
import { INVOCATIONS, type InvocationsOptions } from "./invocations.js";
import { readAccept } from "./scoring-headers.js";

export interface DirectOptions extends InvocationsOptions {
  readonly observer: Observer;
  readonly logger: Logger;
}

/** What is known of a request before its body is there. */
export interface DirectHead {
  /** Bytes of the body. */
  readonly contentLength: number;
  /** What the caller calls the request. */
  readonly requestId: string | undefined;
  /** What a model is asked for, but for the body. */
  readonly request: Omit<ExecuteRequest, "bytes">;
}

/** An answer without the lines that every answer has. */
export interface DirectAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** Whole lines. */
  readonly headers: string;
  /** What the request is called. */
  readonly requestId: string;
  /** The body. */
  readonly bytes: Uint8Array;
  /** Must the connection end with it? */
  readonly ends: boolean;
}

/** `POST /invocations` without the web's objects, which cost more than a tiny model. */
export interface DirectRoute {
  /** undefined for a head with which the app has something to do: it has the words for these. */
  readHead(head: OrdinaryHead): DirectHead | undefined;
  /** Calls `send` once, whatever goes wrong, and never rejects. */
  answer(
    head: DirectHead,
    bytes: Uint8Array,
    caller: CallerSignal,
    send: (answer: DirectAnswer) => void,
  ): Promise<void>;
}

/** Answers as the app does: `invocations.ts`. A middleware of the app has to be there for both. */
export function createDirectInvocations(models: ModelRepository, options: DirectOptions): DirectRoute {
  const { observer, metrics, logger } = options;
  const end = (observed: ObservedRequest, status: number, scored?: Scored): void =>
    observer.end(observed, { method: "POST", route: INVOCATIONS, status, scored });
  return {
    readHead: (head) => toDirectHead(head, options),
    async answer({ request, requestId: given }, bytes, caller, send) {
      const observed = observer.begin(given);
      const { requestId } = observed;
      try {
        const reply = await score(models, { ...request, bytes }, caller, metrics);
        if (reply.kind === "streamed") throw new TypeError("a stream for a client that cannot read one");
        const timing = options.serverTiming ? `${SERVER_TIMING_HEADER}: ${serverTiming(reply.phases)}\r\n` : "";
        const headers = `content-type: ${reply.mediaType}\r\nx-content-type-options: nosniff\r\n${timing}`;
        send({ status: 200, headers, requestId, bytes: reply.bytes, ends: false });
        end(observed, 200, toScored(bytes, reply));
      } catch (error) {
        const problem = problemAnswer(error);
        if (problem.isFault) logger.error({ err: error, requestId }, "a request failed");
        send({ ...toAnswer(problem), requestId });
        end(observed, problem.status);
      }
    },
  };
}

function toAnswer({ status, headers, text }: ProblemAnswer): Omit<DirectAnswer, "requestId"> {
  const { connection, ...others } = headers;
  const lines = Object.entries(others).map(([name, value]) => `${name}: ${value}\r\n`);
  return { status, headers: lines.join(""), bytes: Buffer.from(text), ends: connection === "close" };
}

function toDirectHead(
  { contentLength, contentType, accept, requestId }: OrdinaryHead,
  { bodies, timeoutMs }: InvocationsOptions,
): DirectHead | undefined {
  const media = toMediaType(contentType);
  const wanted = readAccept(accept);
  if (media === undefined || wanted.events !== "no" || contentLength > bodies.maxBytes) return undefined;
  const limit = timeoutMs === 0 ? {} : { timeoutMs };
  return { contentLength, requestId, request: { media, ...wanted, ...limit } };
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
