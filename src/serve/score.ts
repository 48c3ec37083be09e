import { type BodyBytes, byteCount } from "../core/byte-blocks.js";
import type { CallerSignal } from "../core/caller-signal.js";
import { PHASES } from "../core/clock.js";
import { MlserveError } from "../core/errors.js";
import type { ExecuteRequest, Reply } from "../pipeline/executor.js";
import type { Scored } from "./access-log.js";
import type { Metrics } from "./metrics.js";
import type { ModelRepository } from "./repository.js";

/** Has the model that is served answer a request, and counts what it did. Throws `shutting_down` where there is none. */
export async function score(
  models: ModelRepository,
  request: ExecuteRequest,
  caller: CallerSignal,
  metrics: Metrics,
): Promise<Reply> {
  const model = models.current;
  if (model === undefined) throw new MlserveError("shutting_down", "no model is ready");
  const answer = await model.executor.execute(request, caller);
  if (answer.kind === "streamed") return answer;
  for (const phase of PHASES) metrics.phaseEnded(phase, answer.phases[phase]);
  if (answer.rows !== undefined) metrics.rowsPredicted(answer.rows);
  return answer;
}

/** What there is to log of a request that was answered so. */
export function toScored(bytes: BodyBytes, answer: Reply): Scored {
  const bytesIn = byteCount(bytes);
  if (answer.kind === "streamed") return { rows: undefined, phases: undefined, bytesIn, bytesOut: undefined };
  return { rows: answer.rows, phases: answer.phases, bytesIn, bytesOut: answer.bytes.length };
}
