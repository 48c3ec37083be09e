import type { Socket } from "node:net";
import type { HttpServer } from "./connections.js";

/** Connections that another process accepts and hands to this one, before anything was read from them. */
export interface AcceptedConnections {
  /**
   * Called once; what it is given is called with each connection from then on. It gives false, and leaves the connection
   * alone, where there are as many as there may be.
   */
  begin(take: (socket: Socket) => boolean): void;
}

/**
 * Makes a server answer on connections that come from elsewhere, as many at the same time as `most`.
 *
 * What it gives calls `done` when none of them is open any more.
 */
export function takeConnections(
  server: HttpServer,
  accepted: AcceptedConnections,
  most: number,
): (done: () => void) => void {
  const open = new Set<Socket>();
  let onEmpty: (() => void) | undefined;
  // Node's server looks at its deadlines from here on.
  server.emit("listening");
  accepted.begin((socket) => {
    if (open.size >= most) return false;
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      if (open.size === 0) onEmpty?.();
    });
    // As a server's own are: a client may send its end with its request, and wait for the answer.
    socket.allowHalfOpen = true;
    server.emit("connection", socket);
    // It may have been accepted with `pauseOnConnect`.
    if (socket.isPaused()) socket.resume();
    return true;
  });
  return (done) => {
    onEmpty = done;
    if (open.size === 0) done();
  };
}
