import { Socket } from "node:net";
import type { Limiter } from "../serve/access/guard.js";
import type { AcceptedConnections } from "../serve/connection/accepted.js";
import type { MetricSnapshot } from "../serve/metrics.js";
import { toErrorFields } from "../workers/error-fields.js";
import { Answers } from "./answers.js";
import type { FromServing, ToServing } from "./messages.js";
import { createSharedLimiter } from "./shared-limiter.js";

/** The first process, seen from one that serves, over the channel that it was given when it was started. */
export class FirstProcess implements AcceptedConnections {
  /** What is to be served. */
  readonly order: Promise<unknown>;
  /** Settles when this process is to finish what it has begun. */
  readonly finishing: Promise<void>;
  /** The limits of all processes together. */
  readonly limiter: Limiter;
  private readonly self: NodeJS.Process;
  private readonly drains = new AbortController();
  private readonly sums = new Answers<string>();
  private readonly waits = new Answers<readonly number[]>();
  private onOrder: (order: unknown) => void = () => {};
  private onFinish: () => void = () => {};
  private take: (socket: Socket) => boolean = () => false;
  private snapshot: () => Promise<MetricSnapshot> = async () => [];

  constructor(self: NodeJS.Process) {
    this.self = self;
    this.order = new Promise((resolve) => {
      this.onOrder = resolve;
    });
    this.finishing = new Promise((resolve) => {
      this.onFinish = resolve;
    });
    this.limiter = createSharedLimiter((callers) =>
      this.waits.ask((id) => void this.send({ kind: "take", id, callers })),
    );
    self.on("message", (message: ToServing, socket: unknown) => this.receive(message, socket));
    void this.send({ kind: "hello" });
  }

  /** Aborted when this process's health is to say that the server is about to close. */
  get draining(): AbortSignal {
    return this.drains.signal;
  }

  begin(take: (socket: Socket) => boolean): void {
    this.take = take;
  }

  /** The metrics of all processes, as Prometheus text. */
  sum(): Promise<string> {
    return this.sums.ask((id) => void this.send({ kind: "sum", id }));
  }

  /** Says from now on what was counted here whenever that is asked. */
  tellCounts(snapshot: () => Promise<MetricSnapshot>): void {
    this.snapshot = snapshot;
  }

  /** Says that connections may come, and what there is to tell of the model. */
  tellReady(facts: unknown): void {
    void this.send({ kind: "ready", facts });
  }

  /** Says why this process cannot serve; settles when that was sent. */
  refuse(error: unknown): Promise<void> {
    return this.send({ kind: "refused", error: toErrorFields(error) });
  }

  private receive(message: ToServing, socket: unknown): void {
    switch (message.kind) {
      case "start":
        this.onOrder(message.order);
        break;
      case "connection":
        void this.send({ kind: this.takes(socket) ? "taken" : "declined" });
        break;
      case "drain":
        this.drains.abort();
        break;
      case "finish":
        this.onFinish();
        break;
      case "count":
        void this.snapshot().then((metrics) => this.send({ kind: "counted", metrics }));
        break;
      case "metrics":
        this.sums.settle(message.id, message.text);
        break;
      case "waits":
        this.waits.settle(message.id, message.waits);
        break;
    }
  }

  private takes(socket: unknown): boolean {
    // There is none where its client has left on the way.
    if (!(socket instanceof Socket)) return true;
    const isTaken = this.take(socket);
    // Only this process's hold on it ends.
    if (!isTaken) socket.destroy();
    return isTaken;
  }

  /** What cannot be said any more needs no answer: this process ends with the first one. */
  private send(message: FromServing): Promise<void> {
    return new Promise((resolve) => {
      if (this.self.send === undefined || !this.self.connected) resolve();
      else this.self.send(message, undefined, {}, () => resolve());
    });
  }
}
