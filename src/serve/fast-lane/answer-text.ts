import { STATUS_CODES } from "node:http";
import type { DirectAnswer } from "../routes/direct-invocations.js";

/**
 * Writes the heads of answers, as Node writes them: the same lines in the same order.
 *
 * `keepAliveMs`: how long a connection may stay without a request; 0 for any time.
 */
export function compileHeadText(keepAliveMs: number): (answer: DirectAnswer, keepsAlive: boolean) => string {
  const dateText = createDateText();
  const kept = keepAliveMs > 0 ? `Keep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n` : "";
  const keeping = `Connection: keep-alive\r\n${kept}\r\n`;
  const closing = "Connection: close\r\n\r\n";
  return ({ status, headers, requestId, bytes }, keepsAlive) => {
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n${headers}x-request-id: ${requestId}\r\n`;
    const length = `Content-Length: ${bytes.length}\r\nDate: ${dateText()}\r\n`;
    return head + length + (keepsAlive ? keeping : closing);
  };
}

/** The time as HTTP has it, which requests of one second share. */
function createDateText(): () => string {
  let second = Number.NaN;
  let text = "";
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1000).toUTCString();
    }
    return text;
  };
}
