import { type JsonValue, parseJsonText } from "../../src/core/json.js";
import type { createApp } from "../../src/serve/app.js";
import { findAnswerDifference } from "./compare-answers.js";
import type { ExpectedAnswer, ReplayCase } from "./read-cases.js";

type App = ReturnType<typeof createApp>;

/** How a case came out. */
export interface CaseResult {
  readonly id: string;
  readonly state: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason: string | undefined;
}

/** Sends the request of a case to an application and compares the answer with the recorded ones. */
export async function runCase(app: App, replayed: ReplayCase): Promise<CaseResult> {
  const { id, isQuirk, answers } = replayed;
  if (isQuirk) return { id, state: "skipped", reason: "recorded as a fault" };
  const response = await send(app, replayed);
  const text = await response.text();
  const reasons = answers.map((answer) => differenceOf(answer, response.status, text));
  // The first recorded answer is the usual one, whose difference tells most.
  const reason = reasons.includes(undefined) ? undefined : reasons[0];
  return { id, state: reason === undefined ? "passed" : "failed", reason };
}

function send(app: App, { method, path, headers, body }: ReplayCase): Promise<Response> {
  // The bytes of a case are shared with nobody.
  const content = body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> };
  return Promise.resolve(app.request(path, { method, headers, ...content }));
}

function differenceOf({ status, json }: ExpectedAnswer, answered: number, text: string): string | undefined {
  if (status !== answered) return `expected status ${status}, got ${answered}: ${text.slice(0, 200)}`;
  if (json === undefined) return undefined;
  const answer = parse(text);
  if (answer === undefined) return "the answer is not JSON";
  const difference = findAnswerDifference(json, answer);
  return difference && `${difference.path}: expected ${difference.expected}, got ${difference.got}`;
}

function parse(text: string): JsonValue | undefined {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}
