import type { Context } from "hono";
import { MlserveError } from "../../core/errors.js";
import { parseMediaType } from "../../http/media-type.js";
import { readRequestBody } from "../../http/request-body.js";
import type { MediaType } from "../../pipeline/executor.js";
import type { AppEnv } from "../app.js";
import type { Metrics } from "../metrics.js";
import type { ModelRepository } from "../repository.js";

interface InvocationsOptions {
  readonly metrics: Metrics;
  readonly maxBodyBytes: number;
}

/** `POST /invocations`: MLflow's scoring protocol. */
export function invocationsRoute(models: ModelRepository, { metrics, maxBodyBytes }: InvocationsOptions) {
  return async (context: Context<AppEnv>): Promise<Response> => {
    const { raw } = context.req;
    const media = checkMediaType(raw.headers.get("content-type"), raw.headers.get("origin"));
    checkEncoding(raw.headers.get("content-encoding"));
    const bytes = await readRequestBody(raw, context.env?.incoming, maxBodyBytes);
    const model = models.current;
    if (model === undefined) throw new MlserveError("shutting_down", "no model is ready");
    const reply = await model.executor.execute({ bytes, media }, raw.signal);
    if (reply.rows !== undefined) metrics.rowsPredicted(reply.rows);
    // The reply's buffer is made for this answer and shared with nobody.
    return context.body(reply.bytes as Uint8Array<ArrayBuffer>, 200, { "content-type": reply.mediaType });
  };
}

function checkMediaType(header: string | null, origin: string | null): MediaType {
  // A page of another site can post a body without a type unasked, but not without telling its origin.
  const type = header === null && origin === null ? "application/json" : parseMediaType(header ?? "");
  if (type === "application/json") return type;
  throw new MlserveError("unsupported_media_type", "expected application/json", { where: "Content-Type" });
}

function checkEncoding(header: string | null): void {
  if (header === null || header.trim().toLowerCase() === "identity") return;
  throw new MlserveError("unsupported_media_type", "compressed bodies are not supported yet", {
    where: "Content-Encoding",
  });
}
