import { randomUUID } from "node:crypto";

/** Letters, digits and the marks of common tracing ids: anything else could break a log line or a header. */
const SAFE_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The caller's X-Request-Id where it is safe to repeat, else a new one. */
export function toRequestId(header: string | null | undefined): string {
  return header !== null && header !== undefined && SAFE_ID.test(header) ? header : randomUUID();
}
