import { problemText, toTellable } from "../core/problem-text.js";

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * The answer to a request that failed: the JSON text of its problem with the status of the error's row.
 *
 * What mlserve did not throw on purpose is a fault of ours: 500, and nothing of it is told.
 */
export function problemAnswer(error: unknown): ProblemAnswer {
  const known = toTellable(error);
  // What is left of a body that is too large is not read to get at the next request.
  const ending = known.kind === "body_too_large" ? { connection: "close" } : {};
  const headers = { "content-type": "application/json", "x-content-type-options": "nosniff", ...ending };
  return { status: known.status, headers, text: problemText(known) };
}

/** {@link problemAnswer} as the web has it, with more headers. */
export function problemResponse(error: unknown, more: Readonly<Record<string, string>> = {}): Response {
  const { status, headers, text } = problemAnswer(error);
  return new Response(text, { status, headers: { ...headers, ...more } });
}
