import { type ErrorKind, MlserveError } from "./errors.js";

/** What is told of every failure: MLflow's two keys. */
interface Problem {
  readonly error_code: string;
  readonly message: string;
}

/** Longer messages are cut: an answer must stay small whatever was sent. */
const MAX_MESSAGE_LENGTH = 2048;

/** The JSON text that tells a caller of an error. */
export function problemText(error: MlserveError): string {
  const { message } = error;
  const cut = message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;
  return JSON.stringify({ error_code: error.errorCode, message: cut } satisfies Problem);
}

/** Failures of the server's side whose words are ours alone. */
const TOLD_KINDS: ReadonlySet<ErrorKind> = new Set([
  "model_failed",
  "worker_lost",
  "timeout",
  "shutting_down",
  "overloaded",
  "body_not_taken",
]);

/** An error as a caller may know it: what mlserve did not throw on purpose is a fault of ours, and nothing of it is told. */
export function toTellable(error: unknown): MlserveError {
  if (error instanceof MlserveError && error.status < 500) return error;
  // Failures of models and of the server may name files and internals: only their kind is told.
  if (error instanceof MlserveError && TOLD_KINDS.has(error.kind)) return error;
  return new MlserveError("internal", "the server failed to answer this request; its log says why");
}
