import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Duplex, type Readable } from "node:stream";
import { MlserveError } from "../core/errors.js";
import { loadTimeoutError } from "../core/load-timeout.js";
import type { Logger } from "../core/logger.js";
import type { Program } from "../core/program.js";
import { fileSystemError } from "../format/file-system-error.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import { HAS_GROUPS, killGroup } from "./process-group.js";
import type { LogLine, WorkerOrder, WorkerReady } from "./protocol.js";
import { residentBytes } from "./resident-memory.js";
import type { CallHolder, WorkerCall } from "./worker-call.js";
import { type LeftCalls, WorkerChannel } from "./worker-channel.js";

export interface WorkerProcessOptions {
  readonly entry: Program;
  readonly order: WorkerOrder;
  readonly logger: Logger;
  readonly loadTimeoutMs: number;
  /** Bytes; undefined for no limit but the machine's. */
  readonly memoryBytes: number | undefined;
  /** Told when the worker may have room for another call. */
  onFree(worker: WorkerProcess): void;
  /** Told once when the worker has ended, with the calls that it has not answered, in the order it begins them. */
  onEnded(worker: WorkerProcess, end: WorkerEnd): void;
  /** Told of every run of a model whose rows are joined. */
  onRun(run: RunFacts): void;
}

export interface WorkerEnd extends LeftCalls {
  /** Had it begun a call, or answered one? Then the model can be run, and what a caller sent may have ended it. */
  readonly hasWorked: boolean;
  /** Why it ended, for those whose call it was working on. */
  readonly reason: MlserveError;
  readonly livedMs: number;
}

/** Threads of the machine's own and grandchildren may hold the socket of a dead worker open. */
const CLOSE_AFTER_EXIT_MS = 1000;
const MEMORY_CHECK_MS = 200;
/** Is each worker the leader of a group of processes, which can be ended as one? */
const MAX_LINE = 8192;

/** One worker: a process of its own that runs one model, from its start to its end. */
export class WorkerProcess implements CallHolder {
  /** What the worker says once it has loaded the model; rejects when it cannot, with its own error. */
  readonly ready: Promise<WorkerReady>;
  readonly pid: number | undefined;
  private readonly options: WorkerProcessOptions;
  private readonly child: ChildProcess;
  private readonly channel: WorkerChannel;
  private readonly startedAt = performance.now();
  /** Those that its end has to clear. */
  private readonly timers = new Set<NodeJS.Timeout>();
  private loadTimer: NodeJS.Timeout | undefined;
  private readonly closed: Promise<void>;
  private readonly overdue = new Set<WorkerCall>();
  private reason: MlserveError | undefined;
  private facts: WorkerReady | undefined;
  private hasAnswered = false;
  private accept: (ready: WorkerReady) => void = () => {};
  private refuse: (error: Error) => void = () => {};

  /** Throws when the system starts no process: the caller tries again later. */
  constructor(options: WorkerProcessOptions) {
    this.options = options;
    this.ready = new Promise((resolve, reject) => {
      this.accept = resolve;
      this.refuse = reject;
    });
    // Whoever starts a worker waits for this; one that is restarted is judged by its end.
    this.ready.catch(() => {});
    const { path, args } = options.entry;
    const program = [path, ...args, String(process.pid)];
    this.child = spawn(process.execPath, [...nodeFlags(options), ...program], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: HAS_GROUPS,
    });
    this.pid = this.child.pid;
    // Node makes no streams where the system lets it open none, whatever its types say.
    const socket = (this.child.stdio as ChildProcess["stdio"] | undefined)?.[3];
    if (!(socket instanceof Duplex)) {
      this.child.once("error", () => {});
      throw new MlserveError("worker_lost", "a worker cannot be started: too many open files");
    }
    this.channel = new WorkerChannel(socket, this.channelEvents());
    this.closed = this.watch(socket);
    this.channel.start(options.order);
  }

  /** Groups of calls in the worker's hands. */
  get load(): number {
    return this.channel.size;
  }

  /** Groups that it works on at the same time; 0 until it is ready, while one is overdue, and when it is to end. */
  get concurrency(): number {
    return this.reason === undefined && this.overdue.size === 0 ? (this.facts?.concurrency ?? 0) : 0;
  }

  get exampleFault(): string | undefined {
    return this.facts?.exampleFault;
  }

  /** Calls that a group may have. */
  get groupSize(): number {
    const joining = this.facts?.joining;
    return joining?.kind === "on" ? joining.maxRows : 1;
  }

  hand(calls: readonly WorkerCall[]): void {
    for (const call of calls) call.holder = this;
    this.channel.hand(calls);
  }

  /** Sends at once what was handed over in this turn. */
  flush(): void {
    this.channel.flush();
  }

  cancel(call: WorkerCall, error: MlserveError): void {
    this.channel.cancel(call, error);
  }

  isReaderSlow(call: WorkerCall): boolean {
    return this.channel.isReaderSlow(call);
  }

  hasBegun(call: WorkerCall): boolean {
    return this.channel.hasBegun(call, this.facts?.concurrency ?? 0);
  }

  endUnlessLetGo(call: WorkerCall, graceMs: number): void {
    const reason = new MlserveError("worker_lost", "the worker was ended, since another request took too long in it");
    if (this.facts?.concurrency === 1) {
      this.kill(reason);
      return;
    }
    this.overdue.add(call);
    const end = (): void => {
      this.timers.delete(timer);
      this.overdue.delete(call);
      if (call.isHeld) this.kill(reason);
      else this.options.onFree(this);
    };
    const timer = setTimeout(end, graceMs);
    this.timers.add(timer);
  }

  /** Ends the process at once. Its callers are told the reason. */
  kill(reason: MlserveError): void {
    this.reason ??= reason;
    if (this.child.exitCode === null && this.child.signalCode === null) killGroup(this.child);
  }

  /** Ends the process, and waits until it is gone. */
  async end(): Promise<void> {
    this.kill(new MlserveError("shutting_down", "the model is being closed"));
    await this.closed;
  }

  private channelEvents() {
    const { options } = this;
    return {
      onReady: (ready: unknown) => this.becomeReady(ready),
      onRefused: (error: Error) => {
        this.refuse(error);
        this.kill(error instanceof MlserveError ? error : new MlserveError("internal", "a worker does not start"));
      },
      onLog: (line: unknown) => this.log(line),
      onRun: (run: RunFacts) => options.onRun(run),
      onCallEnded: () => {
        this.hasAnswered = true;
        options.onFree(this);
      },
      onNonsense: () => this.kill(new MlserveError("worker_lost", "the worker sent what no worker sends")),
    };
  }

  private becomeReady(ready: unknown): void {
    if (!isWorkerReady(ready)) throw new RangeError("a worker that does not say what it is");
    this.facts = ready;
    clearTimeout(this.loadTimer);
    this.accept(ready);
    this.options.onFree(this);
  }

  /** Settles when the process is gone and all that it said has been read. */
  private async watch(socket: Duplex): Promise<void> {
    const { child, options } = this;
    this.loadTimer = setTimeout(() => this.kill(loadTimeoutError(options.loadTimeoutMs)), options.loadTimeoutMs);
    this.timers.add(this.loadTimer);
    if (options.memoryBytes !== undefined) this.watchMemory(options.memoryBytes);
    for (const name of ["stdout", "stderr"] as const) this.passOn(name, child[name]);
    socket.on("error", () => {});
    const drained = new Promise<void>((resolve) => socket.once("close", resolve));
    const exit = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`it cannot be started: ${systemReason(error)}`));
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
    if (HAS_GROUPS) killGroup(child);
    const giveUp = setTimeout(() => socket.destroy(), CLOSE_AFTER_EXIT_MS);
    // A socket whose other end is gone closes once what it holds has been read.
    socket.end();
    await drained;
    clearTimeout(giveUp);
    this.finish(exit);
  }

  private finish(exit: string): void {
    for (const timer of this.timers) clearTimeout(timer);
    const reason = this.reason ?? lostWorker(exit);
    this.reason = reason;
    this.refuse(reason);
    const concurrency = this.facts?.concurrency ?? 0;
    const left = this.channel.takeOpen(reason, concurrency);
    const hasWorked = this.hasAnswered || left.begun.length > 0;
    this.options.onEnded(this, { ...left, hasWorked, reason, livedMs: performance.now() - this.startedAt });
  }

  private watchMemory(limit: number): void {
    const check = (): void => {
      const used = this.pid === undefined ? undefined : residentBytes(this.pid);
      if (used === undefined || used <= limit) return;
      this.kill(tooMuchMemory(used, limit));
    };
    // setInterval gives what clearTimeout takes.
    this.timers.add(setInterval(check, MEMORY_CHECK_MS));
  }

  /** What a model prints goes to the log, line by line: standard output belongs to the server. */
  private passOn(stream: "stdout" | "stderr", source: Readable | null): void {
    if (source === null) return;
    createInterface({ input: source }).on("line", (line) =>
      this.options.logger.info({ worker: this.pid, stream }, line.slice(0, MAX_LINE)),
    );
  }

  private log(line: unknown): void {
    if (!isLogLine(line)) throw new RangeError("a line of the log that is none");
    this.options.logger[line.level]({ ...line.fields, worker: this.pid }, line.message);
  }
}

/** Half of what is granted is for V8's heap: buffers and the runtime need the rest. */
function nodeFlags({ memoryBytes }: WorkerProcessOptions): string[] {
  const heap = memoryBytes === undefined ? [] : [`--max-old-space-size=${Math.max(32, toMebibytes(memoryBytes / 2))}`];
  return ["--enable-source-maps", ...heap];
}

function toMebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2);
}

function tooMuchMemory(used: number, limit: number): MlserveError {
  const reason = `the worker that ran the model was ended: it took ${toMebibytes(used)} MiB, and may take ${toMebibytes(limit)}`;
  return new MlserveError("worker_lost", reason, { hint: "Give workers more with --worker-memory" });
}

function lostWorker(exit: string): MlserveError {
  // Nobody here has killed it.
  const hint = exit === "SIGKILL" ? { hint: "Most likely the system had no memory left for it" } : {};
  return new MlserveError("worker_lost", `the worker that ran the model ended on the way (${exit})`, hint);
}

/** Why the system starts no process. */
function systemReason(error: Error): string {
  const told = fileSystemError(error, "worker");
  return told instanceof MlserveError ? told.reason : error.message;
}

function isWorkerReady(value: unknown): value is WorkerReady {
  if (!isRecord(value) || !isRecord(value.runtime) || !isRecord(value.joining)) return false;
  return Number.isInteger(value.concurrency) && Number(value.concurrency) > 0;
}

function isLogLine(value: unknown): value is LogLine {
  if (!isRecord(value) || !isRecord(value.fields)) return false;
  return ["debug", "info", "warn", "error"].includes(String(value.level));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
