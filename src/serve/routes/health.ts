import type { Context } from "hono";
import { MlserveError } from "../../core/errors.js";
import { problemResponse } from "../../http/problem.js";
import type { ModelRepository } from "../repository.js";

/** `GET /health/ready`, `/health` and `/ping`: 200 when requests may be sent, else 503. */
export function readyRoute(models: ModelRepository, stopping?: AbortSignal) {
  return (context: Context): Response => {
    if (stopping?.aborted === true)
      return problemResponse(new MlserveError("shutting_down", "the server is about to close"));
    if (models.current?.isHealthy() !== true)
      return problemResponse(new MlserveError("shutting_down", "no model is ready"));
    return context.json({ status: "ok" });
  };
}

/** `GET /health/live`: 200 unless only a new process can help. */
export function liveRoute(models: ModelRepository) {
  return (context: Context): Response => {
    if (models.current?.isHealthy() === false)
      return problemResponse(new MlserveError("shutting_down", "the model cannot be run any more"));
    return context.json({ status: "ok" });
  };
}
