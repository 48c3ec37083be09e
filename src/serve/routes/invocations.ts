import type { Context } from "hono";
import { EVENT_STREAM, isMediaType, MEDIA_TYPES, type MediaType, REPLY_MEDIA_TYPES } from "../../codec/media-types.js";
import { PHASES } from "../../core/clock.js";
import { MlserveError } from "../../core/errors.js";
import { namesMediaType, preferredMediaType } from "../../http/accept.js";
import { ACCEPTED_CODINGS, type ContentCoding, parseContentCoding } from "../../http/content-coding.js";
import { parseMediaType } from "../../http/media-type.js";
import { problemResponse } from "../../http/problem.js";
import { readRequestBody } from "../../http/request-body.js";
import { REQUEST_TIMEOUT_HEADER, requestTimeout } from "../../http/request-timeout.js";
import type { ExecuteRequest, Reply } from "../../pipeline/executor.js";
import type { Scored } from "../access-log.js";
import type { AppEnv } from "../app.js";
import type { Metrics } from "../metrics.js";
import type { ModelRepository } from "../repository.js";

interface InvocationsOptions {
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
  /** 0 for no limit. */
  readonly timeoutMs: number;
}

/** `POST /invocations`: MLflow's scoring protocol. */
export function invocationsRoute(models: ModelRepository, { metrics, maxBodyBytes, timeoutMs }: InvocationsOptions) {
  return async (context: Context<AppEnv>): Promise<Response> => {
    const { raw } = context.req;
    const named = readMediaType(raw.headers.get("content-type"), raw.headers.get("origin"));
    const wanted = readAccept(raw.headers.get("accept"));
    const coding = readCoding(raw.headers.get("content-encoding"));
    if (coding instanceof MlserveError) return problemResponse(coding, { "accept-encoding": ACCEPTED_CODINGS });
    const timeout = requestTimeout(raw.headers.get(REQUEST_TIMEOUT_HEADER), timeoutMs);
    const bytes = await readRequestBody(raw, context.env ?? {}, maxBodyBytes, coding);
    const media = named ?? guessMediaType(bytes);
    const model = models.current;
    if (model === undefined) throw new MlserveError("shutting_down", "no model is ready");
    const request = { bytes, media, ...wanted, ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
    const answer = await model.executor.execute(request, raw.signal);
    context.set("scored", toScored(bytes, answer));
    if (answer.kind === "streamed") {
      // nginx would keep events back until its buffer is full.
      const headers = { "content-type": answer.mediaType, "cache-control": "no-cache", "x-accel-buffering": "no" };
      return context.body(ReadableStream.from(answer.chunks), 200, headers);
    }
    for (const phase of PHASES) metrics.phaseEnded(phase, answer.phases[phase]);
    if (answer.rows !== undefined) metrics.rowsPredicted(answer.rows);
    // The answer's buffer is made for this request and shared with nobody.
    return context.body(answer.bytes as Uint8Array<ArrayBuffer>, 200, { "content-type": answer.mediaType });
  };
}

function toScored({ length: bytesIn }: Uint8Array, answer: Reply): Scored {
  if (answer.kind === "streamed") return { rows: undefined, phases: undefined, bytesIn, bytesOut: undefined };
  return { rows: answer.rows, phases: answer.phases, bytesIn, bytesOut: answer.bytes.length };
}

/** What an answer may be written in: events only where the header names them. */
function readAccept(header: string | null): Pick<ExecuteRequest, "reply" | "events"> {
  const best = preferredMediaType(header, [...REPLY_MEDIA_TYPES, EVENT_STREAM]);
  if (best === EVENT_STREAM) return { events: "always" };
  return { reply: best, events: namesMediaType(header, EVENT_STREAM) ? "if_streamed" : "no" };
}

/** undefined where there is no header: a page of another site can post a body so, but not without telling its origin. */
function readMediaType(header: string | null, origin: string | null): MediaType | undefined {
  if (header === null && origin === null) return undefined;
  const type = parseMediaType(header ?? "");
  if (isMediaType(type)) return type;
  return refuseMediaType(type === FORM ? { hint: "curl -d sends a form without -H 'content-type: …'" } : {});
}

/** Only JSON can be told by its look: every request in it is an object. */
function guessMediaType(bytes: Uint8Array): MediaType {
  const first = bytes.find((byte) => !BLANKS.includes(byte));
  return first === 0x7b ? MEDIA_TYPES.json : refuseMediaType();
}

/** Blanks, line ends, and a byte order mark. */
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

const FORM = "application/x-www-form-urlencoded";

function refuseMediaType(told: { readonly hint?: string } = {}): never {
  const expected = Object.values(MEDIA_TYPES).join(", ");
  throw new MlserveError("unsupported_media_type", `expected one of ${expected}`, { where: "Content-Type", ...told });
}

/** A refusal is given back: it goes with a header that tells what would be taken. */
function readCoding(header: string | null): ContentCoding | MlserveError | undefined {
  try {
    return parseContentCoding(header);
  } catch (error) {
    if (error instanceof MlserveError) return error;
    throw error;
  }
}
