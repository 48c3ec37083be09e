import type { Context } from "hono";
import { toBlocks } from "../../core/byte-blocks.js";
import { MlserveError } from "../../core/errors.js";
import { ACCEPTED_CODINGS, type ContentCoding, parseContentCoding } from "../../http/content-coding.js";
import { problemResponse } from "../../http/problem.js";
import { type BodyLimits, readRequestBody } from "../../http/request-body.js";
import { REQUEST_TIMEOUT_HEADER, requestTimeout } from "../../http/request-timeout.js";
import { SERVER_TIMING_HEADER, serverTiming as timingText } from "../../http/server-timing.js";
import type { AppEnv } from "../app.js";
import type { Metrics } from "../metrics.js";
import type { ModelRepository } from "../repository.js";
import { score, toScored } from "../score.js";
import { guessMediaType, readAccept, readMediaType } from "./scoring-headers.js";

export interface InvocationsOptions {
  readonly metrics: Metrics;
  readonly bodies: BodyLimits;
  /** 0 for no limit. */
  readonly timeoutMs: number;
  /** Tell clients what their requests took. */
  readonly serverTiming: boolean;
}

/** The path of {@link invocationsRoute}. */
export const INVOCATIONS = "/invocations";

/** `POST /invocations`: MLflow's scoring protocol. `direct-invocations.ts` answers what is usual of it. */
export function invocationsRoute(models: ModelRepository, options: InvocationsOptions) {
  const { metrics, bodies, timeoutMs, serverTiming } = options;
  return async (context: Context<AppEnv>): Promise<Response> => {
    const { raw } = context.req;
    const named = readMediaType(raw.headers.get("content-type"), raw.headers.get("origin"));
    const wanted = readAccept(raw.headers.get("accept"));
    const coding = readCoding(raw.headers.get("content-encoding"));
    if (coding instanceof MlserveError) return problemResponse(coding, { "accept-encoding": ACCEPTED_CODINGS });
    const timeout = requestTimeout(raw.headers.get(REQUEST_TIMEOUT_HEADER), timeoutMs);
    const length = Number(raw.headers.get("content-length") ?? 0);
    if (length <= bodies.maxBytes) models.current?.executor.expect?.(length);
    const bytes = await readRequestBody(raw, context.env ?? {}, bodies, coding);
    const media = named ?? guessMediaType(toBlocks(bytes)[0] ?? new Uint8Array());
    const request = { bytes, media, ...wanted, ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
    const answer = await score(models, request, raw.signal, metrics);
    context.set("scored", toScored(bytes, answer));
    if (answer.kind === "streamed") {
      // nginx would keep events back until its buffer is full.
      const headers = { "content-type": answer.mediaType, "cache-control": "no-cache", "x-accel-buffering": "no" };
      return context.body(ReadableStream.from(answer.chunks), 200, headers);
    }
    const headers = {
      "content-type": answer.mediaType,
      ...(serverTiming ? { [SERVER_TIMING_HEADER]: timingText(answer.phases) } : {}),
    };
    // Nobody else writes into the answer's bytes.
    const reply = answer.bytes as Uint8Array<ArrayBuffer>;
    if (reply.length <= PIECE_BYTES) return context.body(reply, 200, headers);
    // What is between here and the socket would copy it in one go.
    return context.body(ReadableStream.from(piecesOf(reply)), 200, {
      ...headers,
      "content-length": String(reply.length),
    });
  };
}

const PIECE_BYTES = 256 * 1024;

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
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
