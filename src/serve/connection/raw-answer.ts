import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { MlserveError } from "../../core/errors.js";
import { problemText } from "../../core/problem-text.js";

/** How long a refused client may go on sending: a connection that is closed on it would take the answer away with it. */
const LINGER_MS = 1000;

/** The headers of every refusal: its connection ends with it, as nobody knows where the next request would begin. */
function refusalHeaders(body: string): Readonly<Record<string, string | number>> {
  return {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    connection: "close",
  };
}

/** Answers a request that does not get as far as the app. */
export function refuseRequest(outgoing: ServerResponse, error: MlserveError): void {
  const body = problemText(error);
  outgoing.writeHead(error.status, refusalHeaders(body)).end(body);
}

/** Answers on a connection that has no request, since none could be read from it. */
export function refuseSocket(socket: Socket, error: MlserveError): void {
  const body = problemText(error);
  const headers = Object.entries(refusalHeaders(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ""}\r\n${headers.join("")}\r\n${body}`);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(cut));
}
