import { createServer, type Server, type Socket } from "node:net";
import { defaultConnections } from "../serve/connection/open-files.js";
import { listen } from "../serve/server.js";

/** A process that connections are handed to. */
export interface Taker {
  /** Sends a connection over; it stays open here until the other side has it. */
  hand(socket: Socket): void;
}

interface Waiting {
  readonly socket: Socket;
  /** Those that have as many connections as they may. */
  readonly declinedBy: Set<Taker>;
}

/**
 * Holds the port for processes that serve, and gives each connection to one of them: in turns, and to none that has not
 * taken its last one yet, as it is busy. While none can take them, connections wait here, so that the port never refuses.
 */
export class Dispatcher {
  private readonly server: Server;
  private readonly onDropped: () => void;
  /** In order of arrival. */
  private waiting: Waiting[] = [];
  private readonly takers = new Set<Taker>();
  /** In the order in which they took their last connection. */
  private readonly free = new Set<Taker>();
  /** What each of the others was handed last. */
  private readonly handed = new Map<Taker, Waiting>();

  /** `onDropped` is told of a connection that nobody could take, since all have as many as they may. */
  constructor(onDropped: () => void) {
    this.onDropped = onDropped;
    // Nothing is read here: the first bytes are for the process that answers them.
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.on("error", () => {});
      this.waiting.push({ socket, declinedBy: new Set() });
      this.handOut();
    });
    // Of those that nobody has taken: beyond that, the system would let this process open no more files.
    this.server.maxConnections = defaultConnections();
    this.server.on("drop", onDropped);
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
    this.takers.add(taker);
    this.free.add(taker);
    this.handOut();
  }

  /** The taker has the connection that it was handed. */
  confirm(taker: Taker): void {
    const taken = this.settle(taker);
    // Only this process's hold on it ends.
    taken?.socket.destroy();
    this.handOut();
  }

  /** The taker has as many connections as it may: the one that it was handed goes to another. */
  decline(taker: Taker): void {
    const declined = this.settle(taker);
    if (declined !== undefined) {
      declined.declinedBy.add(taker);
      this.waiting.unshift(declined);
    }
    this.handOut();
  }

  /** The taker is no more: what it had not taken goes to another. */
  remove(taker: Taker): void {
    const left = this.settle(taker);
    this.takers.delete(taker);
    this.free.delete(taker);
    if (left !== undefined) this.waiting.unshift(left);
    this.handOut();
  }

  /** Cuts connections that nobody will take any more. */
  cut(): void {
    for (const { socket } of this.waiting.splice(0)) socket.destroy();
  }

  private settle(taker: Taker): Waiting | undefined {
    const handed = this.handed.get(taker);
    this.handed.delete(taker);
    if (handed !== undefined) this.free.add(taker);
    return handed;
  }

  private handOut(): void {
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter((waiting) => {
      const taker = this.findTaker(waiting);
      if (taker !== undefined) this.hand(taker, waiting);
      else if (this.isHopeless(waiting)) this.drop(waiting);
      else return true;
      return false;
    });
  }

  private findTaker({ declinedBy }: Waiting): Taker | undefined {
    for (const taker of this.free) if (!declinedBy.has(taker)) return taker;
    return undefined;
  }

  /** Who is not here yet may still take it. */
  private isHopeless({ declinedBy }: Waiting): boolean {
    return this.takers.size > 0 && [...this.takers].every((taker) => declinedBy.has(taker));
  }

  private hand(taker: Taker, waiting: Waiting): void {
    this.free.delete(taker);
    this.handed.set(taker, waiting);
    taker.hand(waiting.socket);
  }

  private drop({ socket }: Waiting): void {
    socket.destroy();
    this.onDropped();
  }
}
