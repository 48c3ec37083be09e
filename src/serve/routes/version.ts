import type { Context } from "hono";

/** `GET /version`: the bare version, as MLflow answers it. */
export function versionRoute(version: string) {
  return (context: Context): Response => context.text(version);
}
