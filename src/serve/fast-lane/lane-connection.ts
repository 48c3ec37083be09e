import type { Socket } from "node:net";
import { ToldSignal } from "../../core/caller-signal.js";
import type { AnswerState } from "../connection/connections.js";
import type { DirectAnswer, DirectHead, DirectRoute } from "../routes/direct-invocations.js";
import type { ReadRequest } from "./request-reader.js";

/** What a connection in the lane needs of the lane. */
export interface LaneParts {
  readonly route: DirectRoute;
  /** Milliseconds that a connection may stay without a request; 0 for any time. */
  readonly idleMs: number;
  /** Milliseconds that a client may take none of the bytes that wait for it; 0 for any time. */
  readonly sendMs: number;
  read(bytes: Buffer): ReadRequest;
  headText(answer: DirectAnswer, keepsAlive: boolean): string;
  isDraining(): boolean;
  /** The connection waits for the rest of a request. */
  waits(connection: LaneConnection): void;
  /** Gives the socket, which is paused, to Node's server, with what it has sent and nobody has answered. */
  left(connection: LaneConnection, unread: Buffer | undefined): void;
  /** The socket is closed. */
  closed(connection: LaneConnection): void;
  /** The connection's bytes have ended within a request. */
  refuse(socket: Socket): void;
  /** Nothing has passed for as long as it may. */
  timedOut(socket: Socket): void;
}

/** Up to here, one text of head and body costs less than two buffers. */
const SHORT_BYTES = 4096;

/** One connection for as long as all that comes is one ordinary request after the other. */
export class LaneConnection implements AnswerState {
  readonly socket: Socket;
  shouldKeepAlive = true;
  private readonly parts: LaneParts;
  /** Who waits for the answer that a model is at. */
  private caller: ToldSignal | undefined;
  /** From the beginning of a request until its answer has been handed to the system. */
  private isBusy = false;
  private hasServed = false;
  private hasEnded = false;
  /** What has come and was not answered: the beginning of a request, or what came during one. */
  private unread: Buffer | undefined;

  constructor(socket: Socket, parts: LaneParts) {
    this.socket = socket;
    this.parts = parts;
    socket.on("data", this.onData).on("end", this.onEnd).on("close", this.onClose);
    socket.on("error", this.onError).on("timeout", this.onTimeout);
  }

  /** Is there nothing of a request, neither sent nor in work? */
  get isIdle(): boolean {
    return !this.isBusy && this.unread === undefined;
  }

  /** Does it owe a whole request: its first, or the rest of one? */
  get isWaiting(): boolean {
    return !this.isBusy && (this.unread !== undefined || !this.hasServed);
  }

  get writableEnded(): boolean {
    return this.caller === undefined;
  }

  get headersSent(): boolean {
    return this.caller === undefined;
  }

  writeContinue(): void {
    this.socket.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
  }

  /** Goes over to Node's server, unless a request is in work. */
  leave(): void {
    if (this.isBusy || this.hasEnded) return;
    const { socket } = this;
    // What flows has nobody who takes it, until Node does.
    socket.pause();
    socket.off("data", this.onData).off("end", this.onEnd).off("close", this.onClose);
    socket.off("error", this.onError).off("timeout", this.onTimeout);
    socket.setTimeout(0);
    this.parts.left(this, this.unread);
  }

  private readonly onData = (chunk: Buffer): void => {
    const { unread } = this;
    const bytes = unread === undefined ? chunk : Buffer.concat([unread, chunk]);
    if (this.isBusy) {
      this.unread = bytes;
      this.socket.pause();
      return;
    }
    const found = this.parts.read(bytes);
    if (found.kind === "whole") {
      this.unread = undefined;
      this.begin(found.head, found.body);
      return;
    }
    this.unread = bytes;
    // One that comes in many pieces would be looked at from its beginning with each.
    if (found.kind === "partial" && unread === undefined) this.parts.waits(this);
    else this.leave();
  };

  private begin(head: DirectHead, body: Buffer): void {
    this.isBusy = true;
    this.hasServed = true;
    this.caller = new ToldSignal();
    void this.parts.route.answer(head, body, this.caller, this.send);
  }

  private readonly send = (answer: DirectAnswer): void => {
    this.caller = undefined;
    const { socket, parts } = this;
    if (socket.destroyed) return;
    const keepsAlive = this.shouldKeepAlive && !answer.ends && !parts.isDraining();
    const head = parts.headText(answer, keepsAlive);
    const body = Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength);
    // Each byte is a character of latin1, and becomes the same byte again.
    if (body.length <= SHORT_BYTES) socket.write(head + body.toString("latin1"), "latin1", this.onSent);
    else {
      socket.cork();
      socket.write(head, "latin1");
      socket.write(body, this.onSent);
      socket.uncork();
    }
    if (!keepsAlive) socket.destroySoon();
    else if (socket.writableLength > 0) socket.setTimeout(parts.sendMs);
  };

  private readonly onSent = (): void => {
    const { socket, parts } = this;
    this.isBusy = false;
    if (socket.destroyed || socket.writableEnded) return;
    if (socket.timeout !== parts.idleMs) socket.setTimeout(parts.idleMs);
    if (this.hasEnded) socket.destroySoon();
    else if (this.unread !== undefined) this.leave();
  };

  private readonly onEnd = (): void => {
    this.hasEnded = true;
    if (this.isBusy) return;
    if (this.unread === undefined) this.socket.end();
    else this.parts.refuse(this.socket);
  };

  private readonly onClose = (): void => {
    this.caller?.abort();
    this.parts.closed(this);
  };

  private readonly onError = (): void => {};

  private readonly onTimeout = (): void => this.parts.timedOut(this.socket);
}
