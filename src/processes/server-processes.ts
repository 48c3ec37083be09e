import type { MlserveError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Program } from "../core/program.js";
import { restartDelayMs } from "../workers/restart-delay.js";
import { Dispatcher } from "./dispatcher.js";
import { ServingProcess } from "./serving-process.js";
import { createSummedMetrics, type SummedMetrics } from "./summed-metrics.js";

export interface ServerProcessesOptions {
  readonly program: Program;
  /** How many serve at the same time. */
  readonly count: number;
  /** What each is told to serve; a structured clone of it goes over. */
  readonly order: unknown;
  readonly logger: Logger;
  /** Takes one request of a caller, and gives the milliseconds that it has to wait. */
  take(caller: string): number;
  /** Told whole lines of the processes' logs. */
  onLines(lines: string): void;
}

/** Starts in a row that may fail while no process is left, before all of it has failed. */
const FAILED_STARTS = 3;
/** What a process may take beyond its own grace to end. */
const END_MS = 5000;

/**
 * Several processes that serve one model at one port. This one holds the port, adds up what they count, keeps the limits
 * that are for all of them together, and replaces one that ends.
 */
export class ServerProcesses implements AsyncDisposable {
  /** What each says of the model once it takes connections; rejects when the first of them cannot. */
  readonly ready: Promise<readonly unknown[]>;
  /** Never settles but by rejecting: when none is left, and none can be started any more. */
  readonly failed: Promise<never>;
  readonly metrics: SummedMetrics;
  private readonly options: ServerProcessesOptions;
  private readonly dispatcher = new Dispatcher(() => this.metrics.connectionDropped());
  private readonly running = new Set<ServingProcess>();
  private readonly serving = new Set<ServingProcess>();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private readonly facts: unknown[] = [];
  private shortLives = 0;
  private failedStarts = 0;
  private isEnding = false;
  private accept: (facts: readonly unknown[]) => void = () => {};
  private refuse: (error: Error) => void = () => {};
  private fail: (error: Error) => void = () => {};
  private onAllEnded: (() => void) | undefined;

  constructor(options: ServerProcessesOptions) {
    this.options = options;
    this.metrics = createSummedMetrics(() => Promise.all(Array.from(this.serving, (process) => process.count())));
    this.ready = new Promise((resolve, reject) => {
      this.accept = resolve;
      this.refuse = reject;
    });
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Who waits for one of them hears of it there.
    this.ready.catch(() => {});
    this.failed.catch(() => {});
    for (let i = 0; i < options.count; i++) this.start();
  }

  /** Listens for all of them, once they are ready. Gives the port. Throws `port_unavailable` when it cannot. */
  async open(host: string, port: number): Promise<number> {
    return await this.dispatcher.open(host, port);
  }

  /** Their health says from now on that the server is about to close; none is replaced any more. */
  drain(): void {
    this.isEnding = true;
    for (const timer of this.restarts) clearTimeout(timer);
    for (const process of this.running) process.drain();
  }

  /** Takes no more connections, and waits until every process has finished what it has begun. */
  async finish(graceMs: number): Promise<void> {
    this.drain();
    this.dispatcher.close();
    for (const process of this.running)
      if (this.serving.has(process)) process.finish();
      else process.kill();
    const cut = setTimeout(() => this.kill(), graceMs + END_MS);
    if (this.running.size > 0)
      await new Promise<void>((resolve) => {
        this.onAllEnded = resolve;
      });
    clearTimeout(cut);
    this.dispatcher.cut();
  }

  /** Ends what is left of them, and waits until they are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.finish(0);
  }

  /** Ends all processes at once, waiting for nothing. */
  kill(): void {
    this.isEnding = true;
    for (const timer of this.restarts) clearTimeout(timer);
    for (const process of this.running) process.kill();
  }

  private start(): void {
    const { program, order, take, onLines } = this.options;
    const process = new ServingProcess({
      program,
      order,
      onReady: (ready, facts) => this.becomeReady(ready, facts),
      onTaken: (taker) => this.dispatcher.confirm(taker),
      onDeclined: (taker) => this.dispatcher.decline(taker),
      onEnded: (ended, reason) => this.end(ended, reason),
      sum: () => this.metrics.text(),
      take: (callers) => callers.map((caller) => take(caller)),
      onLines,
    });
    this.running.add(process);
  }

  private becomeReady(process: ServingProcess, facts: unknown): void {
    this.failedStarts = 0;
    this.serving.add(process);
    this.dispatcher.add(process);
    this.facts.push(facts);
    if (this.facts.length === this.options.count) this.accept(this.facts);
  }

  private end(process: ServingProcess, reason: MlserveError): void {
    const hasServed = this.serving.delete(process);
    this.running.delete(process);
    this.dispatcher.remove(process);
    this.metrics.processEnded(process.lastCounted);
    if (this.running.size === 0) this.onAllEnded?.();
    if (this.isEnding) return;
    if (this.facts.length < this.options.count) {
      this.refuse(reason);
      return;
    }
    this.failedStarts = hasServed ? 0 : this.failedStarts + 1;
    if (this.failedStarts >= FAILED_STARTS && this.serving.size === 0) {
      this.fail(reason);
      return;
    }
    this.replace(process, reason);
  }

  private replace({ pid, startedAt }: ServingProcess, reason: MlserveError): void {
    const { delayMs, shortLives } = restartDelayMs(performance.now() - startedAt, this.shortLives);
    this.shortLives = shortLives;
    this.options.logger.error({ process: pid, err: reason, restartMs: delayMs }, "a process ended and is replaced");
    this.metrics.processRestarted();
    const timer = setTimeout(() => {
      this.restarts.delete(timer);
      this.start();
    }, delayMs);
    this.restarts.add(timer);
  }
}
