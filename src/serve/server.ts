import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { MlserveError } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { problemText } from "../core/problem-text.js";
import { problemResponse } from "../http/problem.js";
import type { AppEnv } from "./app.js";

export interface ServerOptions {
  readonly app: Hono<AppEnv>;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long `close` waits for requests that are being answered before it cuts them. Default 20 s. */
  readonly graceMs?: number;
  readonly logger?: Logger;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, finishes what has begun, then cuts what is left. */
  close(): Promise<void>;
}

/** Listens. Throws `port_unavailable` when it cannot, saying why. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, host, port, graceMs = 20_000, logger = silentLogger } = options;
  let draining = false;
  const answer = getRequestListener(app.fetch, { errorHandler: refuseRequest, hostname: "localhost" });
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (isHostMissing(incoming)) refuseMissingHost(outgoing);
    else void answer(incoming, outgoing);
  };
  // A request without a Host header is refused by us, in JSON, not by Node.
  const server = createServer(
    { ServerResponse: closingResponse(() => draining), requireHostHeader: false, keepAliveTimeout: 65_000 },
    listener,
  );
  server.on("clientError", refuseConnection);
  const silent = watchSilent(server);
  await listen(server, host, port);
  const address = server.address();
  const actualPort = typeof address === "object" && address !== null ? address.port : port;
  logger.debug({ host, port: actualPort }, "listening");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}`,
    port: actualPort,
    close() {
      draining = true;
      return drain(server, silent, graceMs, logger);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port }, resolve);
  });
}

const LISTEN_FAULTS: Readonly<Record<string, { reason: string; hint: string }>> = {
  EADDRINUSE: {
    reason: "the port is already in use",
    hint: "Stop what uses it, or choose another with --port (0 takes a free one)",
  },
  EACCES: {
    reason: "this user may not listen on the port",
    hint: "Ports below 1024 are for root; choose another with --port",
  },
  EADDRNOTAVAIL: {
    reason: "this machine does not have the address",
    hint: "Use 127.0.0.1, or 0.0.0.0 for all addresses",
  },
  EAI_AGAIN: { reason: "the host name cannot be looked up", hint: "Use 127.0.0.1, or 0.0.0.0 for all addresses" },
  ENOTFOUND: { reason: "the host name is not known", hint: "Use 127.0.0.1, or 0.0.0.0 for all addresses" },
};

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MlserveError {
  const known = LISTEN_FAULTS[error.code ?? ""] ?? {
    reason: `the system refused to listen (${error.code})`,
    hint: "Check --host and --port",
  };
  return new MlserveError("port_unavailable", known.reason, {
    where: `${host}:${port}`,
    hint: known.hint,
    cause: error,
  });
}

/** How long a connection that has sent nothing keeps a server that shuts down. */
const SILENT_MS = 500;

/** The connections that have sent nothing yet: Node takes them for requests that have begun. */
function watchSilent(server: Server): () => Socket[] {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return () => [...open].filter(({ bytesRead }) => bytesRead === 0);
}

function drain(server: Server, silent: () => Socket[], graceMs: number, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      logger.warn({ graceMs }, "requests were still being answered when the grace period ended");
      server.closeAllConnections();
    }, graceMs);
    // What was sent at the last moment may not have come yet.
    const quiet = setTimeout(
      () => {
        for (const socket of silent()) socket.destroy();
      },
      Math.min(SILENT_MS, graceMs),
    );
    server.close(() => {
      clearTimeout(cut);
      clearTimeout(quiet);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Responses that end their connection while the server drains, also those whose request came before. */
function closingResponse(isDraining: () => boolean): typeof ServerResponse {
  return class<R extends IncomingMessage> extends ServerResponse<R> {
    override writeHead(status: number, message?: string, headers?: HeadHeaders): this;
    override writeHead(status: number, headers?: HeadHeaders): this;
    override writeHead(...head: unknown[]): this {
      if (isDraining()) this.shouldKeepAlive = false;
      return Reflect.apply(super.writeHead, this, head);
    }
  };
}

type HeadHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

const MALFORMED = new MlserveError("invalid_body", "the request line or the Host header is malformed");

function isHostMissing({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersionMajor === 1 && httpVersionMinor >= 1;
}

function refuseMissingHost(outgoing: ServerResponse): void {
  const body = problemText(MALFORMED);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  outgoing.writeHead(400, headers).end(body);
}

/** What @hono/node-server could not make a request of: a malformed target or Host. */
function refuseRequest(): Response {
  return problemResponse(MALFORMED, { connection: "close" });
}

const PARSER_STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What Node's parser refuses gets an answer in JSON too, where the connection still takes one. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = PARSER_STATUS[error.code ?? ""] ?? 400;
  const body = problemText(
    new MlserveError("invalid_body", "the request is not valid HTTP/1.1, too large in its headers, or too slow"),
  );
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
