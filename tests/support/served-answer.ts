import { createApp } from "../../src/serve/app.js";
import { createMetrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { type Answer, bodyOf, type GoldenCase } from "./golden.js";

/** What the HTTP application answers to a recorded request. */
export async function servedAnswer(golden: GoldenCase, served: ServedModel | undefined): Promise<Answer> {
  const app = createApp({ current: served }, { metrics: createMetrics(), version: "0.0.0" });
  const body = bodyOf(golden);
  const { method, headers, path } = golden;
  // A request without a body takes none, and the bytes of a fixture are shared with nobody.
  const response = await app.request(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
  });
  const mediaType = response.headers.get("content-type")?.split(";")[0] ?? null;
  return { status: response.status, mediaType, text: await response.text() };
}
