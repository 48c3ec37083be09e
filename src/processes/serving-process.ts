import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { MlserveError } from "../core/errors.js";
import type { Program } from "../core/program.js";
import type { MetricSnapshot } from "../serve/metrics.js";
import { fromErrorFields } from "../workers/error-fields.js";
import type { FromServing, ToServing } from "./messages.js";

export interface ServingProcessOptions {
  readonly program: Program;
  /** What the program is told to serve; a structured clone of it goes over. */
  readonly order: unknown;
  /** Told when it takes connections, with what it says of the model. */
  onReady(process: ServingProcess, facts: unknown): void;
  /** Told what became of the connection that it was handed. */
  onTaken(process: ServingProcess): void;
  onDeclined(process: ServingProcess): void;
  /** Told once when it is gone and all that it said was read. */
  onEnded(process: ServingProcess, reason: MlserveError): void;
  /** Gives the metrics of all processes. */
  sum(): Promise<string>;
  /** Takes one request of each caller, and gives the milliseconds that it has to wait. */
  take(callers: readonly string[]): readonly number[];
  /** Told whole lines of its log. */
  onLines(lines: string): void;
}

/** How long what a process has printed is waited for. */
const CLOSE_AFTER_EXIT_MS = 1000;
/** A process that cannot tell what it counted by then is left out: it may be busy, or stopped. */
const COUNT_MS = 1000;

/** One process that serves, seen from the first: from its start to its end. */
export class ServingProcess {
  readonly startedAt: number = performance.now();
  /** What it counted, as it said last. */
  lastCounted: MetricSnapshot = [];
  private readonly options: ServingProcessOptions;
  private readonly child: ChildProcess;
  private readonly counting = new Set<() => void>();
  private reason: MlserveError | undefined;
  private isEnded = false;

  constructor(options: ServingProcessOptions) {
    this.options = options;
    const { path, args } = options.program;
    this.child = fork(path, [...args, String(process.pid)], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      // Counts hold NaN, and options what is left out: JSON has neither.
      serialization: "advanced",
    });
    this.child.on("message", (message: unknown) => {
      if (isMessage(message)) this.receive(message);
    });
    passLines(this.child.stderr, options.onLines);
    this.child.once("error", () => {
      if (this.child.pid === undefined) this.end("it cannot be started");
    });
    // What it has started may hold its output open.
    this.child.once("exit", (code, signal) => {
      const exit = signal ?? `exit code ${code}`;
      const giveUp = setTimeout(() => this.end(exit), CLOSE_AFTER_EXIT_MS);
      this.child.once("close", () => {
        clearTimeout(giveUp);
        this.end(exit);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  hand(socket: Socket): void {
    // It is kept open, so that it can go to another process if this one ends before it has it.
    this.send({ kind: "connection" }, socket);
  }

  drain(): void {
    this.send({ kind: "drain" });
  }

  finish(): void {
    this.send({ kind: "finish" });
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** What it has counted; what it said before where it does not answer. */
  async count(): Promise<MetricSnapshot> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.counting.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, COUNT_MS);
      this.counting.add(settle);
      this.send({ kind: "count" });
    });
    return this.lastCounted;
  }

  private end(exit: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const settle of this.counting) settle();
    const reason = this.reason ?? new MlserveError("worker_lost", `a process that serves has ended (${exit})`);
    this.options.onEnded(this, reason);
  }

  private receive(message: FromServing): void {
    const { options } = this;
    switch (message.kind) {
      case "hello":
        this.send({ kind: "start", order: options.order });
        break;
      case "ready":
        options.onReady(this, message.facts);
        break;
      case "refused":
        this.reason = fromErrorFields(message.error);
        break;
      case "taken":
        options.onTaken(this);
        break;
      case "declined":
        options.onDeclined(this);
        break;
      case "counted":
        if (Array.isArray(message.metrics)) this.lastCounted = message.metrics;
        for (const settle of this.counting) settle();
        break;
      case "sum":
        void this.tellSum(message.id);
        break;
      case "take":
        this.send({ kind: "waits", id: message.id, waits: options.take(message.callers) });
        break;
    }
  }

  private async tellSum(id: number): Promise<void> {
    const text = await this.options.sum().catch(() => "");
    this.send({ kind: "metrics", id, text });
  }

  /** What cannot be said any more needs no answer: its end is told by itself. */
  private send(message: ToServing, socket?: Socket): void {
    if (this.child.connected) this.child.send(message, socket, { keepOpen: true }, () => {});
  }
}

/** Code that a model brings along runs in the process that serves it, and may say anything. */
function isMessage(value: unknown): value is FromServing {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** Lines of several processes share one output, so that none of them may be parted. */
function passLines(source: Readable | null, onLines: (lines: string) => void): void {
  let rest = "";
  source?.setEncoding("utf8");
  source?.on("data", (chunk: string) => {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    if (end > 0) onLines(text.slice(0, end));
  });
  source?.once("end", () => {
    if (rest !== "") onLines(`${rest}\n`);
  });
}
