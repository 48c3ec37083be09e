import type { Socket } from "node:net";
import { type Connections, connectionEvent, type HttpServer } from "../connection/connections.js";
import { type ConnectionLimits, checkingInterval } from "../connection/limits.js";
import type { DirectRoute } from "../routes/direct-invocations.js";
import { compileHeadText } from "./answer-text.js";
import { LaneConnection, type LaneParts } from "./lane-connection.js";
import { compileRequestReader } from "./request-reader.js";

export interface FastLaneOptions {
  readonly route: DirectRoute;
  readonly limits: ConnectionLimits;
  isDraining(): boolean;
}

/** In the lane, all that has come is a whole request. */
const WHOLE = { complete: true, httpVersionMinor: 1 };

/** The code with which Node's parser tells that a connection has ended within a request. */
const CUT_SHORT = "HPE_INVALID_EOF_STATE";

/**
 * Answers ordinary requests for predictions before Node's HTTP server sees them, and gives it every connection, for good,
 * that sends anything else, or does not send a whole request in time: docs/decisions/016-fast-lane.md.
 */
export class FastLane {
  private readonly connections: Connections;
  private readonly parts: LaneParts;
  private readonly open = new Set<LaneConnection>();
  /** Those that have begun to wait for a whole request since the last look, and before it. */
  private waiting = new Set<LaneConnection>();
  private overdue = new Set<LaneConnection>();

  constructor(server: HttpServer, connections: Connections, options: FastLaneOptions) {
    const { limits, route, isDraining } = options;
    this.connections = connections;
    const event = connectionEvent(server);
    const [toNode] = server.listeners(event);
    if (toNode === undefined) throw new TypeError("Node's server does not listen to its connections");
    server.off(event, toNode as () => void);
    this.parts = {
      route,
      isDraining,
      read: compileRequestReader(route, limits),
      headText: compileHeadText(limits.keepAliveMs),
      idleMs: limits.keepAliveMs > 0 ? limits.keepAliveMs : limits.sendMs,
      sendMs: limits.sendMs,
      waits: (connection) => this.waiting.add(connection),
      closed: (connection) => this.forget(connection),
      left: (connection, unread) => {
        this.forget(connection);
        if (unread !== undefined) connection.socket.unshift(unread);
        Reflect.apply(toNode, server, [connection.socket]);
        connection.socket.resume();
      },
      refuse: (socket) =>
        server.emit("clientError", Object.assign(new Error("cut short"), { code: CUT_SHORT }), socket),
      timedOut: (socket) => connections.endIdle(socket),
    };
    server.on(event, (socket: Socket) => this.take(socket));
    // Whoever waits leaves at the second look: no later than Node looks at its own deadlines, which begin then.
    const looking = setInterval(() => this.look(), checkingInterval(limits) / 2).unref();
    server.once("close", () => clearInterval(looking));
  }

  /** Ends connections that are not at a request. */
  cutIdle(): void {
    for (const { isIdle, socket } of this.open) if (isIdle) socket.destroy();
  }

  private take(socket: Socket): void {
    const connection = new LaneConnection(socket, this.parts);
    this.open.add(connection);
    this.waiting.add(connection);
    this.connections.begin(socket, { incoming: WHOLE, outgoing: connection });
  }

  /** Deadlines are Node's to keep. */
  private look(): void {
    for (const connection of this.overdue) if (connection.isWaiting) connection.leave();
    this.overdue = this.waiting;
    this.waiting = new Set();
  }

  private forget(connection: LaneConnection): void {
    this.open.delete(connection);
    this.waiting.delete(connection);
    this.overdue.delete(connection);
  }
}
