import type { ErrorKind } from "../core/errors.js";
import { problemText, toTellable } from "../core/problem-text.js";

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Is it for whoever runs the server to look at? What was refused since too much came at once is counted, not logged. */
  readonly isFault: boolean;
}

/** What is left of such a body is not read to get at the next request. */
const HALF_READ: ReadonlySet<ErrorKind> = new Set(["body_too_large", "body_not_taken"]);

const REFUSALS: ReadonlySet<ErrorKind> = new Set(["overloaded", "body_not_taken"]);

/**
 * The answer to a request that failed: the JSON text of its problem with the status of the error's row.
 *
 * What mlserve did not throw on purpose is a fault of ours: 500, and nothing of it is told.
 */
export function problemAnswer(error: unknown): ProblemAnswer {
  const known = toTellable(error);
  const headers = {
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    ...(HALF_READ.has(known.kind) ? { connection: "close" } : {}),
    ...(known.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(known.retryAfterMs / 1000)) }),
  };
  const isFault = known.status >= 500 && !REFUSALS.has(known.kind);
  return { status: known.status, headers, text: problemText(known), isFault };
}

/** {@link problemAnswer} as the web has it, with more headers. */
export function problemResponse(error: unknown, more: Readonly<Record<string, string>> = {}): Response {
  return toResponse(problemAnswer(error), more);
}

/** An answer as the web has it, with more headers. */
export function toResponse(
  { status, headers, text }: ProblemAnswer,
  more: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { ...headers, ...more } });
}
