import type { MlserveError } from "../../core/errors.js";
import { problemText } from "../../core/problem-text.js";

/*
 * Server-sent events as MLflow's agent server and OpenAI's clients have them: one event for each item, its JSON on one
 * line, and a last one of "[DONE]", without which a stream was cut.
 */

/** The event of one item, whose JSON text holds no line end. */
export function itemEvent(json: Uint8Array): Uint8Array {
  return Buffer.concat([DATA, json, EVENT_END]);
}

/** The last event of a stream that ended well. */
export const DONE_EVENT: Uint8Array = Buffer.from("data: [DONE]\n\n");

/** The last event of a stream that failed on the way, with the body that an answer would have had. */
export function errorEvent(error: MlserveError): Uint8Array {
  return Buffer.from(`event: error\ndata: ${problemText(error)}\n\n`);
}

const DATA = Buffer.from("data: ");
const EVENT_END = Buffer.from("\n\n");
