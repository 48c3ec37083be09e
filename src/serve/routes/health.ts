import type { Context } from "hono";
import { MlserveError } from "../../core/errors.js";
import { problemResponse } from "../../http/problem.js";
import type { ModelRepository } from "../repository.js";

/** `GET /ping` and `GET /health`: 200 when a model is ready to answer, else 503. */
export function healthRoute(models: ModelRepository) {
  return (context: Context): Response => {
    if (models.current?.isHealthy() !== true)
      return problemResponse(new MlserveError("shutting_down", "no model is ready"));
    return context.json({ status: "ok" });
  };
}
