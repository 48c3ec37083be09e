import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { MlserveError } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { problemResponse } from "../http/problem.js";
import { readTls, type TlsContent, type TlsFiles, watchTls } from "./access/tls.js";
import type { App, AppEnv } from "./app.js";
import { type AcceptedConnections, takeConnections } from "./connection/accepted.js";
import { Connections, type HttpServer } from "./connection/connections.js";
import { drain } from "./connection/drain.js";
import { type ConnectionLimits, checkingInterval, DEFAULT_LIMITS } from "./connection/limits.js";
import { defaultConnections } from "./connection/open-files.js";
import { refuseRequest, refuseSocket } from "./connection/raw-answer.js";
import { headFault, malformed, unknownMethod, wireFault } from "./connection/wire-faults.js";
import { FastLane } from "./fast-lane/fast-lane.js";

/** What to serve, and where. */
export interface ServerOptions {
  /** What {@link createApp} made, or an app of Hono's around it. */
  readonly app: Hono<AppEnv> & Pick<App, "direct">;
  /** The address to listen on: `127.0.0.1`, or `0.0.0.0` for all of the machine's. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What a client may ask of a connection. What is left out has its default. */
  readonly limits?: Partial<ConnectionLimits>;
  /** Aborted when the server is about to close: every answer from then on ends its connection. */
  readonly stopping?: AbortSignal;
  /** Serve HTTPS; the files are read again when they change. Default: HTTP. */
  readonly tls?: TlsFiles;
  /** Milliseconds for which `close` goes on taking connections. Default 0. */
  readonly drainDelayMs?: number;
  /** Milliseconds that `close` waits from then on for requests that are being answered. Default 20,000. */
  readonly graceMs?: number;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Serve what another process accepts, which listens at `host` and `port` itself. Default: this server listens. */
  readonly accepted?: AcceptedConnections;
  /** Told of a connection that was closed at once, since there were as many as there may be. */
  onConnectionDropped?(): void;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** The one that it listens on, also where a free one was asked for. */
  readonly port: number;
  /** Takes no new connections, finishes what has begun, then cuts what is left. */
  close(): Promise<void>;
}

/**
 * Serves an application over HTTP until it is closed; ending the process is left to the caller, signals too.
 *
 * Throws `port_unavailable` when it cannot listen, saying why.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, stopping, drainDelayMs = 0, graceMs = 20_000, logger = silentLogger } = options;
  let closing = false;
  const isDraining = (): boolean => closing || stopping?.aborted === true;
  const limits = { ...DEFAULT_LIMITS, connections: defaultConnections(), ...options.limits };
  const server = createHttpServer(limits, isDraining, options.tls === undefined ? undefined : readTls(options.tls));
  const unwatch =
    options.tls === undefined ? () => {} : watchTls(options.tls, (content) => reuse(server, content), logger);
  const connections = new Connections(server, limits);
  answerRequests(server, connections, limits, options.app);
  const { direct } = options.app;
  // Where the app has a way for it, ordinary requests do not come as far as that.
  const lane = direct && new FastLane(server, connections, { route: direct, limits, isDraining });
  refuseTheRest(server, connections, limits);
  server.on("drop", () => options.onConnectionDropped?.());
  const intake = await openIntake(server, options, limits).catch((error) => {
    unwatch();
    throw error;
  });
  logger.debug({ host, port: intake.port }, "listening");
  return {
    url: serverUrl(host, intake.port, options.tls !== undefined),
    port: intake.port,
    async close() {
      closing = true;
      const { stop } = intake;
      const cutIdle = (): void => lane?.cutIdle();
      await drain(server, connections, { stop, cutIdle, delayMs: drainDelayMs, graceMs, logger });
      unwatch();
    },
  };
}

/** `http://127.0.0.1:8080` */
export function serverUrl(host: string, port: number, isTls: boolean): string {
  return `${isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where connections come from. */
interface Intake {
  readonly port: number;
  /** Takes no more of them; `done` is called when none is left. */
  stop(done: () => void): void;
}

async function openIntake(
  server: HttpServer,
  { host, port, accepted }: ServerOptions,
  { connections }: ConnectionLimits,
): Promise<Intake> {
  if (accepted !== undefined) return { port, stop: takeConnections(server, accepted, connections) };
  server.maxConnections = connections;
  return {
    port: await listen(server, host, port),
    // The HTTP server's own method would cut idle connections at once, with requests on their way to them.
    stop: (done) => NetServer.prototype.close.call(server, done),
  };
}

function createHttpServer(limits: ConnectionLimits, isDraining: () => boolean, tls?: TlsContent): HttpServer {
  const options = {
    ServerResponse: closingResponse(isDraining),
    // A request without a Host header is refused by us, in JSON, not by Node.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.receiveMs,
    connectionsCheckingInterval: checkingInterval(limits),
    keepAliveTimeout: limits.keepAliveMs,
  };
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, ...tls, handshakeTimeout: limits.headersMs });
  // Node would drop headers beyond its own number without a word.
  server.maxHeadersCount = 0;
  // A client may send its end with its request, and wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  return server;
}

/** Handshakes from now on get the new certificate. */
function reuse(server: HttpServer, content: TlsContent): void {
  if ("setSecureContext" in server) server.setSecureContext(content);
}

function answerRequests(
  server: HttpServer,
  connections: Connections,
  limits: ConnectionLimits,
  app: ServerOptions["app"],
): void {
  const answer = getRequestListener(app.fetch, { errorHandler: refuseTarget, hostname: "localhost" });
  const begin = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    connections.begin(incoming.socket, { incoming, outgoing });
    const fault = headFault(incoming, limits);
    if (fault !== undefined) refuseRequest(outgoing, fault);
    else void answer(incoming, outgoing);
  };
  server.on("request", begin);
  // Whoever reads the body asks for it, so that what is refused by its headers is never sent.
  server.on("checkContinue", begin);
}

/** What never becomes a request of the app is answered in JSON too. */
function refuseTheRest(server: HttpServer, connections: Connections, limits: ConnectionLimits): void {
  server.on("checkExpectation", (_incoming: IncomingMessage, outgoing: ServerResponse) =>
    refuseRequest(outgoing, EXPECTATION),
  );
  server.on("connect", (_incoming: IncomingMessage, socket: Socket) => refuseSocket(socket, unknownMethod()));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (connections.mayRefuse(socket)) refuseSocket(socket, wireFault(error, limits));
    else if (error.code === "ECONNRESET") socket.destroy();
  });
}

/**
 * Connections that may wait to be taken: where more come at once, the system lets the others try again a second later.
 * Linux allows 4096 (net.core.somaxconn).
 */
const BACKLOG = 4096;

const EXPECTATION = new MlserveError("expectation_failed", "expected no Expect header, or 100-continue");

/**
 * Gives the port that a server listens on, also where a free one was asked for. Throws `port_unavailable` when it cannot
 * listen, saying why.
 */
export function listen(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port, backlog: BACKLOG }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
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

/** What @hono/node-server could not make a request of: a malformed target or Host. */
function refuseTarget(): Response {
  return problemResponse(malformed("the target or the Host header is malformed"), { connection: "close" });
}
