import type { CallerSignal } from "../core/caller-signal.js";
import type { MlserveError } from "../core/errors.js";
import type { Deadline, Deadlines } from "../pipeline/deadlines.js";
import type { ExecuteRequest, Reply } from "../pipeline/executor.js";

/** What works on a call. */
export interface CallHolder {
  /** Tells it that nobody waits any more; a stream that has begun ends with the error. */
  cancel(call: WorkerCall, error: MlserveError): void;
  /** Does the call's stream wait for its reader? */
  isReaderSlow(call: WorkerCall): boolean;
  hasBegun(call: WorkerCall): boolean;
  /** Ends the worker, unless it lets go of the call within the time. */
  endUnlessLetGo(call: WorkerCall, graceMs: number): void;
}

/** What else than an answer a call may end with. */
export interface CallEnds {
  onLeave(): void;
  onDeadline(): void;
}

/** One request on its way through the workers: answered once, whatever else happens to it. */
export class WorkerCall {
  readonly request: ExecuteRequest;
  readonly answer: Promise<Reply>;
  /** undefined while it waits. */
  holder: CallHolder | undefined;
  /** When it came, by `performance.now`. */
  readonly since = performance.now();
  /** Was it begun with others, by whose data it may fail? */
  isShared = false;
  /** May it be run with others? Not again, once that has ended a worker. */
  mayShare = true;
  private resolve: (reply: Reply) => void = () => {};
  private reject: (error: Error) => void = () => {};
  private settled = false;
  private held = true;
  private deadline: Deadline | undefined;
  private release: (() => void) | undefined;

  constructor(request: ExecuteRequest) {
    this.request = request;
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Does its caller have an answer? */
  get isSettled(): boolean {
    return this.settled;
  }

  /** Does a worker have it, or may one get it yet? */
  get isHeld(): boolean {
    return this.held;
  }

  /**
   * Runs `onLeave` when the caller goes away, and `onDeadline` when its time is over. A call that is answered at its
   * deadline goes on being watched until it is let go of.
   */
  watch(caller: CallerSignal, deadlines: Deadlines, { onLeave, onDeadline }: CallEnds): void {
    const { timeoutMs } = this.request;
    this.deadline = timeoutMs === undefined ? undefined : deadlines.start(timeoutMs, onDeadline);
    caller.addEventListener("abort", onLeave, { once: true });
    this.release = () => {
      this.deadline?.cancel();
      caller.removeEventListener("abort", onLeave);
    };
  }

  /** Its time begins anew: that of a stream is the time for its next item. */
  postpone(): void {
    this.deadline?.postpone();
  }

  /** Nobody works on it any more. */
  letGo(): void {
    this.held = false;
    this.release?.();
    this.release = undefined;
  }

  succeed(reply: Reply): void {
    this.settled = true;
    if (reply.kind === "whole") this.letGo();
    this.resolve(reply);
  }

  fail(error: Error): void {
    this.settled = true;
    this.letGo();
    this.reject(error);
  }

  /** Answers the caller while the worker may still be at it: its deadline goes on. */
  abandon(error: MlserveError): void {
    this.settled = true;
    this.reject(error);
  }
}
