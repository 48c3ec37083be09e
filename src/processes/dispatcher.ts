import { createServer, type Server, type Socket } from "node:net";
import { defaultConnections } from "../serve/connection/open-files.js";
import { listen } from "../serve/server.js";

/** A process that connections are handed to. */
export interface Taker {
  /** Sends a connection over; it stays open here until the other side has it. */
  hand(socket: Socket): void;
}

/**
 * Holds the port for processes that serve, and gives each connection to one of them: in turns, and to none that has not
 * taken its last one yet, as it is busy. While none can take them, connections wait here, so that the port never refuses.
 */
export class Dispatcher {
  private readonly server: Server;
  /** In order of arrival. */
  private waiting: Socket[] = [];
  /** In the order in which they took their last connection. */
  private readonly free = new Set<Taker>();
  /** What each of the others was handed last. */
  private readonly handed = new Map<Taker, Socket>();

  constructor() {
    // Nothing is read here: the first bytes are for the process that answers them.
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.on("error", () => {});
      this.waiting.push(socket);
      this.handOut();
    });
    // Of those that nobody has taken: beyond that, the system would let this process open no more files.
    this.server.maxConnections = defaultConnections();
  }

  /** Gives the port, also where a free one was asked for. Throws `port_unavailable` when it cannot listen. */
  async open(host: string, port: number): Promise<number> {
    const actual = await listen(this.server, host, port);
    // The system may run out of files to accept with; connections then wait in its own queue.
    this.server.on("error", () => {});
    return actual;
  }

  /** Takes no more connections. Those that wait are still handed out, as long as there is somebody to take them. */
  close(): void {
    this.server.close();
  }

  add(taker: Taker): void {
    this.free.add(taker);
    this.handOut();
  }

  /** The taker has the connection that it was handed. */
  confirm(taker: Taker): void {
    const socket = this.handed.get(taker);
    if (socket === undefined) return;
    this.handed.delete(taker);
    // Only this process's hold on it ends.
    socket.destroy();
    this.add(taker);
  }

  /** The taker is no more: what it had not taken goes to another. */
  remove(taker: Taker): void {
    this.free.delete(taker);
    const socket = this.handed.get(taker);
    this.handed.delete(taker);
    if (socket !== undefined) this.waiting.unshift(socket);
    this.handOut();
  }

  /** Cuts connections that nobody will take any more. */
  cut(): void {
    for (const socket of this.waiting.splice(0)) socket.destroy();
  }

  private handOut(): void {
    for (const taker of this.free) {
      const socket = this.waiting.shift();
      if (socket === undefined) return;
      this.free.delete(taker);
      this.handed.set(taker, socket);
      taker.hand(socket);
    }
  }
}
