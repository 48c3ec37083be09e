import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionLimits } from "./limits.js";

/** A server of HTTP or HTTPS. */
export type HttpServer = Server | TlsServer;

/** The event with which a server tells of a connection: with TLS, requests come over a socket of its own on top of it. */
export function connectionEvent(server: HttpServer): "secureConnection" | "connection" {
  return "setSecureContext" in server ? "secureConnection" : "connection";
}

/** What a connection has to know of an answer. Node's response is one. */
export interface AnswerState extends Pick<ServerResponse, "writableEnded" | "headersSent" | "shouldKeepAlive"> {
  writeContinue(): void;
}

/** A request that has come, and what it is answered with. */
interface Exchange {
  readonly incoming: Pick<IncomingMessage, "complete" | "httpVersionMinor">;
  readonly outgoing: AnswerState;
}

interface Connection {
  /** The last that has come; with pipelining, others may be before it. */
  last: Exchange | undefined;
  /** Was it refused, or is it to end after what it has begun? */
  isEnding: boolean;
}

/** When a client that has sent its end is written to, counted from the time before; the last one repeats. */
const PROBE_MS = [0, 100, 1000, 5000];

/** The open connections of a server, and what is going on at each. */
export class Connections {
  private readonly open = new Map<Socket, Connection>();

  constructor(server: HttpServer, { sendMs }: ConnectionLimits) {
    server.on(connectionEvent(server), (socket: Socket) => this.add(socket));
    server.setTimeout(sendMs, (socket: Socket) => this.endIdle(socket));
  }

  /** Remembers what a connection is at. */
  begin(socket: Socket, exchange: Exchange): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) connection.last = exchange;
  }

  /**
   * May a connection that cannot be read on be answered now? Not while it waits for the answer to an earlier request,
   * which it would take this one for: it ends after that one. Not twice either.
   */
  mayRefuse(socket: Socket): boolean {
    const connection = this.open.get(socket);
    if (connection === undefined || connection.isEnding) return false;
    connection.isEnding = true;
    if (!socket.writable) socket.destroy();
    if (socket.destroyed) return false;
    const { last } = connection;
    if (last === undefined || last.outgoing.writableEnded) return true;
    if (last.incoming.complete) {
      last.outgoing.shouldKeepAlive = false;
      return false;
    }
    if (last.outgoing.headersSent) socket.destroy();
    return !last.outgoing.headersSent;
  }

  /** Ends those that have sent nothing: Node takes them for requests that have begun. */
  cutSilent(): void {
    for (const socket of this.open.keys()) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Ends all, whatever they are at. */
  cutAll(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }

  private add(socket: Socket): void {
    const connection = { last: undefined, isEnding: false };
    this.open.set(socket, connection);
    socket.once("close", () => this.open.delete(socket));
    socket.once("end", () => this.probe(socket, connection, 0));
  }

  /**
   * A client that has sent its end may have left, or may wait for its answer. An interim answer tells which: the system of
   * one that has left refuses it, which closes the connection, and its request is given up.
   */
  private probe(socket: Socket, connection: Connection, turn: number): void {
    const timer = setTimeout(
      () => {
        const { last } = connection;
        if (last === undefined || last.outgoing.writableEnded || socket.destroyed) return;
        // A stream may be silent for as long as it likes, and nothing can be said in between.
        if (last.outgoing.headersSent) socket.destroy();
        if (socket.destroyed) return;
        if (last.incoming.httpVersionMinor >= 1) last.outgoing.writeContinue();
        this.probe(socket, connection, turn + 1);
      },
      PROBE_MS[Math.min(turn, PROBE_MS.length - 1)],
    );
    timer.unref();
  }

  /**
   * Nothing has passed for a while. A client that reads nothing would keep its answer in memory for as long as it likes;
   * while a model is at work, nothing passes either.
   */
  endIdle(socket: Socket): void {
    const last = this.open.get(socket)?.last;
    const isWaiting = last !== undefined && !last.outgoing.writableEnded && socket.writableLength === 0;
    if (!isWaiting) socket.destroy();
  }
}
