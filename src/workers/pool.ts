import { byteCount } from "../core/byte-blocks.js";
import type { CallerSignal } from "../core/caller-signal.js";
import { MlserveError } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { timeoutError } from "../pipeline/deadline.js";
import { Deadlines } from "../pipeline/deadlines.js";
import type { ExecuteRequest, Reply, WholeReply } from "../pipeline/executor.js";
import { Gathering } from "../pipeline/gathering.js";
import { CallsAhead } from "./calls-ahead.js";
import { WORKER_ENTRY } from "./entry.js";
import { LargeCalls } from "./large-calls.js";
import type { PoolOptions } from "./pool-options.js";
import type { WorkerOrder, WorkerReady } from "./protocol.js";
import { restartDelayMs } from "./restart-delay.js";
import { WaitingCalls } from "./waiting-calls.js";
import { WorkerCall } from "./worker-call.js";
import { type WorkerEnd, WorkerProcess } from "./worker-process.js";

/** What may still come of the calls beside one that is overdue, before their worker is ended for it. */
const OVERDUE_GRACE_MS = 250;
/** From here on the model is not well: whoever asks for its health is told so. */
const FAILED_STARTS = 3;

/** Runs a model in worker processes: hands each its calls, and replaces one that ends. */
export class WorkerPool {
  /** What the workers say of the model; rejects when the first of them cannot load it. */
  readonly ready: Promise<WorkerReady>;
  private readonly options: PoolOptions;
  private order: WorkerOrder;
  private readonly logger: Logger;
  private readonly workers = new Set<WorkerProcess>();
  private readonly waiting: WaitingCalls;
  /** Those with large bodies; undefined where all calls are alike. */
  private large: LargeCalls | undefined;
  private readonly restarts = new Set<NodeJS.Timeout>();
  private readonly gathering: Gathering;
  private readonly deadlines = new Deadlines();
  private readonly ahead = new CallsAhead();
  private isReady = false;
  private isClosed = false;
  /** Workers that ended soon after their start, since the last that did not. */
  private shortLives = 0;
  /** Those in a row that ended so without having had anything to do. */
  private failedStarts = 0;

  constructor(options: PoolOptions) {
    this.options = options;
    this.order = options.order;
    this.logger = options.logger ?? silentLogger;
    this.keepOneFree(options.workers);
    this.waiting = new WaitingCalls(options.queue);
    this.gathering = new Gathering({ waitMs: options.order.joining.waitMs }, () => this.handOutGathered());
    const started = Array.from({ length: options.workers }, async () => await this.startWorker().ready);
    this.ready = Promise.all(started).then(async ([first]) => {
      if (first === undefined) throw new Error("a pool of no workers");
      await this.startMore(first);
      this.isReady = true;
      return first;
    });
  }

  /** false when workers cannot be started any more, however often that is tried. */
  get isHealthy(): boolean {
    return this.failedStarts < FAILED_STARTS || this.liveWorkers().length > 0;
  }

  /** The processes, for whoever measures them. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  async execute(request: ExecuteRequest, caller: CallerSignal): Promise<Reply> {
    if (this.isClosed) throw new MlserveError("shutting_down", "the model is closed");
    if (caller.aborted) throw leftError();
    // A client that is told so can ask another server; waiting would take it to its deadline.
    if (!this.isHealthy) throw new MlserveError("shutting_down", "the model's worker processes cannot be started");
    const isLarge = this.isLarge(request);
    if (!isLarge) this.waiting.admit();
    const call = new WorkerCall(request);
    call.watch(caller, this.deadlines, {
      onLeave: () => this.leave(call),
      onDeadline: () => this.passDeadline(call, request.timeoutMs ?? 0),
    });
    if (isLarge) this.large?.add(call);
    else this.waiting.add(call);
    this.handOutSoon();
    const reply = await call.answer;
    if (reply.kind === "streamed") return reply;
    if (!isLarge) this.waiting.learnRows(call, reply.rows);
    this.ahead.learn(reply.phases);
    return withQueue(reply, performance.now() - call.since);
  }

  private isLarge({ bytes }: ExecuteRequest): boolean {
    const { largeBytes } = this.options;
    return this.large !== undefined && largeBytes !== undefined && byteCount(bytes) > largeBytes;
  }

  /** Ends all workers; calls that have no answer fail. */
  async close(reason = new MlserveError("shutting_down", "the model is closed")): Promise<void> {
    this.isClosed = true;
    for (const timer of this.restarts) clearTimeout(timer);
    this.gathering.cancel();
    this.failWaiting(reason);
    await Promise.all(Array.from(this.workers, (worker) => worker.end()));
  }

  /** What the first has found out holds for all that are started from now on. */
  private async startMore(first: WorkerReady): Promise<void> {
    if (first.threads !== undefined)
      this.order = { ...this.order, defaultThreads: first.threads.threads, triesThreads: false };
    const { workers, moreWorkers } = this.options;
    const more = this.isClosed ? 0 : (moreWorkers?.(first) ?? 0);
    this.keepOneFree(workers + more);
    await Promise.all(Array.from({ length: more }, async () => await this.startWorker().ready));
  }

  /** Of several workers, for small bodies. */
  private keepOneFree(workers: number): void {
    if (this.options.largeBytes !== undefined && workers > 1) this.large ??= new LargeCalls(workers - 1);
  }

  private startWorker(): WorkerProcess {
    const { order } = this;
    const { loadTimeoutMs = 120_000, memoryBytes, entry = WORKER_ENTRY } = this.options;
    const worker = new WorkerProcess({
      entry,
      order,
      loadTimeoutMs,
      memoryBytes,
      logger: this.logger,
      onFree: () => this.handOutSoon(),
      onRun: (run) => this.options.onRun?.(run),
      onEnded: (ended, end) => this.replace(ended, end),
    });
    this.workers.add(worker);
    return worker;
  }

  private liveWorkers(): WorkerProcess[] {
    return [...this.workers].filter(({ concurrency }) => concurrency > 0);
  }

  /** At once, unless calls that come in this turn, or in the time that they may be kept, could be run together. */
  private handOutSoon(): void {
    this.large?.handOut(this.workers);
    const { oldest } = this.waiting;
    if (oldest === undefined) return;
    const room = this.findRoom();
    if (room === undefined) return;
    if (room.groupSize === 1) this.handOut();
    else this.gathering.arm(oldest.since, this.waiting.size >= room.groupSize);
  }

  private handOutGathered(): void {
    for (const worker of this.handOut()) worker.flush();
  }

  /** Gives the workers that got calls. */
  private handOut(): Set<WorkerProcess> {
    const used = new Set<WorkerProcess>();
    while (this.waiting.size > 0) {
      const worker = this.findRoom();
      if (worker === undefined) break;
      used.add(worker);
      worker.hand(
        this.waiting.takeGroup(Math.min(worker.groupSize, Math.ceil(this.waiting.size / this.idleWorkers()))),
      );
    }
    return used;
  }

  /** Those that have nothing to do share what waits; at least 1. */
  private idleWorkers(): number {
    let idle = 0;
    for (const worker of this.workers)
      if (worker.load < worker.concurrency && this.large?.isTaken(worker) !== true) idle++;
    return Math.max(1, idle);
  }

  /** The worker with the fewest calls beside what it can work on; none while all have enough ahead. */
  private findRoom(): WorkerProcess | undefined {
    const { mostGroups = Number.POSITIVE_INFINITY } = this.options;
    let best: WorkerProcess | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const worker of this.workers) {
      const over = worker.load - worker.concurrency;
      const most = Math.min(fewest, this.ahead.most(this.workers.size, worker.groupSize));
      if (worker.concurrency === 0 || over >= most || worker.load >= mostGroups) continue;
      if (this.large?.isTaken(worker) === true) continue;
      best = worker;
      fewest = over;
    }
    return best;
  }

  private unqueue(call: WorkerCall): boolean {
    return this.waiting.delete(call) || this.large?.delete(call) === true;
  }

  private failWaiting(error: MlserveError): void {
    this.waiting.fail(error);
    this.large?.fail(error);
  }

  private leave(call: WorkerCall): void {
    if (this.unqueue(call)) call.fail(leftError());
    else {
      call.holder?.cancel(call, leftError());
      call.abandon(leftError());
    }
  }

  private passDeadline(call: WorkerCall, timeoutMs: number): void {
    const error = timeoutError(timeoutMs);
    const { holder } = call;
    if (this.unqueue(call) || holder === undefined) {
      call.fail(error);
      return;
    }
    if (holder.isReaderSlow(call)) {
      call.postpone();
      return;
    }
    call.abandon(error);
    holder.cancel(call, error);
    if (holder.hasBegun(call)) holder.endUnlessLetGo(call, OVERDUE_GRACE_MS);
  }

  /** Calls that a worker had not begun come first again. */
  private takeBack(calls: readonly WorkerCall[]): void {
    const wanted = calls.filter((call) => !call.isSettled);
    for (const call of calls) if (call.isSettled) call.letGo();
    for (const call of wanted) call.holder = undefined;
    this.waiting.takeBack(wanted.filter(({ request }) => !this.isLarge(request)));
    this.large?.takeBack(wanted.filter(({ request }) => this.isLarge(request)));
  }

  private replace(worker: WorkerProcess, { begun, waiting, hasWorked, reason, livedMs }: WorkerEnd): void {
    this.workers.delete(worker);
    // Whose data it was that ended the worker shows when each is run alone.
    const suspects = begun.filter(({ isShared }) => isShared);
    for (const call of suspects) call.mayShare = false;
    for (const call of begun) if (!call.isShared) call.fail(reason);
    this.takeBack([...suspects, ...waiting]);
    if (this.isClosed) {
      this.failWaiting(reason);
      return;
    }
    if (!this.isReady) return;
    const delayMs = this.restartLater(livedMs, hasWorked);
    this.logger.error({ worker: worker.pid, err: reason, restartMs: delayMs }, "a worker ended and is replaced");
    this.options.onRestart?.();
    this.handOutSoon();
  }

  private restartLater(livedMs: number, hasWorked: boolean): number {
    const { delayMs, shortLives } = restartDelayMs(livedMs, this.shortLives);
    this.shortLives = shortLives;
    this.failedStarts = hasWorked || shortLives === 0 ? 0 : this.failedStarts + 1;
    const timer = setTimeout(() => {
      this.restarts.delete(timer);
      this.restart();
    }, delayMs);
    this.restarts.add(timer);
    return delayMs;
  }

  /** What the system refuses now (a process, a file) it may grant later. */
  private restart(): void {
    try {
      this.startWorker();
    } catch (error) {
      const restartMs = this.restartLater(0, false);
      this.logger.error({ err: error, restartMs }, "a worker cannot be started");
    }
  }
}

/** Whatever of the time was none of the worker's phases was spent waiting, for the worker or for the way to it. */
function withQueue(reply: WholeReply, totalMs: number): WholeReply {
  const { decode, predict, encode } = reply.phases;
  const queue = Math.max(0, totalMs - decode - predict - encode);
  return { ...reply, phases: { decode, queue, predict, encode } };
}

function leftError(): MlserveError {
  return new MlserveError("request_aborted", "the request was given up before the model answered");
}
