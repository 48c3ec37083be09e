import { type ErrorKind, MlserveError } from "../core/errors.js";

/** The body of every answer that is not a success: MLflow's two keys. */
export interface Problem {
  readonly error_code: string;
  readonly message: string;
}

/** Longer messages are cut: an answer must stay small whatever was sent. */
const MAX_MESSAGE_LENGTH = 2048;

/**
 * The answer to a request that failed: JSON of {@link Problem} with the status of the error's row.
 *
 * What mlserve did not throw on purpose is a fault of ours: 500, and nothing of it is told.
 */
export function problemResponse(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const known = toMlserveError(error);
  return new Response(problemText(known), {
    status: known.status,
    headers: { "content-type": "application/json", "x-content-type-options": "nosniff", ...headers },
  });
}

/** The JSON text of {@link problemResponse}'s body. */
export function problemText(error: MlserveError): string {
  const { message } = error;
  const cut = message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;
  return JSON.stringify({ error_code: error.errorCode, message: cut } satisfies Problem);
}

/** Failures of the server's side whose words are ours alone. */
const TOLD_KINDS: ReadonlySet<ErrorKind> = new Set(["model_failed", "worker_lost", "timeout", "shutting_down"]);

function toMlserveError(error: unknown): MlserveError {
  if (error instanceof MlserveError && error.status < 500) return error;
  // Failures of models and of the server may name files and internals: only their kind is told.
  const kind: ErrorKind = error instanceof MlserveError ? error.kind : "internal";
  if (error instanceof MlserveError && TOLD_KINDS.has(kind)) return error;
  return new MlserveError("internal", "the server failed to answer this request; its log says why");
}
