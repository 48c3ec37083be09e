import { problemText, toTellable } from "../core/problem-text.js";

/**
 * The answer to a request that failed: the JSON text of its problem with the status of the error's row.
 *
 * What mlserve did not throw on purpose is a fault of ours: 500, and nothing of it is told.
 */
export function problemResponse(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const known = toTellable(error);
  // What is left of a body that is too large is not read to get at the next request.
  const ending = known.kind === "body_too_large" ? { connection: "close" } : {};
  return new Response(problemText(known), {
    status: known.status,
    headers: { "content-type": "application/json", "x-content-type-options": "nosniff", ...ending, ...headers },
  });
}
