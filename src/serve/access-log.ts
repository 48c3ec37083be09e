import type { Logger } from "../core/logger.js";
import type { PhaseTimes } from "../pipeline/executor.js";

/** What there is to log of an answered request: never its body, its path, its query, or a header but its id. */
export interface RequestRecord {
  /** The caller's, where it is safe to repeat. */
  readonly requestId: string;
  /** As it was sent: `POST`. */
  readonly method: string;
  /** A path of ours, or `other`. */
  readonly route: string;
  /** Of the answer. */
  readonly status: number;
  /** From the first byte read to the answer made; for a streamed answer, to its beginning. */
  readonly ms: number;
  /** Of a request that a model answered. */
  readonly scored: Scored | undefined;
}

/** What there is to log of a request that a model answered. */
export interface Scored {
  /** undefined where the batch has no rows. */
  readonly rows: number | undefined;
  /** Where the time went; undefined for a streamed answer. */
  readonly phases: PhaseTimes | undefined;
  /** Of the body, decompressed. */
  readonly bytesIn: number;
  /** undefined for a streamed answer. */
  readonly bytesOut: number | undefined;
}

/** Has a line written for each request. */
export type RequestLog = (record: RequestRecord) => void;

/** Asked so often by whoever watches a server that they say nothing while all is well. */
const PROBES: readonly string[] = ["/ping", "/health", "/health/ready", "/health/live", "/metrics"];

/** Logs a line for a request: at `info`, a probe that was answered at `debug`. */
export function logRequest(logger: Logger, { requestId, method, route, status, ms, scored }: RequestRecord): void {
  // The logger leaves out undefined.
  const fields = {
    requestId,
    method,
    route,
    status,
    ms: roundMs(ms),
    rows: scored?.rows,
    phases: scored?.phases && roundPhases(scored.phases),
    bytesIn: scored?.bytesIn,
    bytesOut: scored?.bytesOut,
  };
  if (status < 400 && PROBES.includes(route)) logger.debug(fields, "request");
  else logger.info(fields, "request");
}

function roundPhases({ decode, queue, predict, encode }: PhaseTimes): PhaseTimes {
  return { decode: roundMs(decode), queue: roundMs(queue), predict: roundMs(predict), encode: roundMs(encode) };
}

/** To the microsecond. */
export function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
