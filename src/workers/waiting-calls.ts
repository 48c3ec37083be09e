import { byteCount } from "../core/byte-blocks.js";
import { QueueGuard, type QueueLimits } from "../pipeline/queue-guard.js";
import type { WorkerCall } from "./worker-call.js";

/** Large bodies gain little from a common run, and would wait for each other to be decoded. */
const GROUP_BYTES = 256 * 1024;

/** How much the size of a row tells for those after it. */
const WEIGHT = 0.1;

/** Calls that no worker has, in order of arrival. */
export class WaitingCalls {
  private calls = new Set<WorkerCall>();
  private readonly guard: QueueGuard | undefined;
  private bytes = 0;
  /** Bytes of a body for each of its rows, as far as answers have told; the bodies themselves go undecoded. */
  private rowBytes: number | undefined;

  constructor(limits: QueueLimits | undefined) {
    this.guard = limits === undefined ? undefined : new QueueGuard(limits);
  }

  get size(): number {
    return this.calls.size;
  }

  get oldest(): WorkerCall | undefined {
    const [first] = this.calls;
    return first;
  }

  /** Throws `overloaded` where a call could not be begun in time. */
  admit(): void {
    this.guard?.check(this.amount(this.calls.size, this.bytes));
  }

  add(call: WorkerCall): void {
    this.calls.add(call);
    this.bytes += byteCount(call.request.bytes);
  }

  /** true when it was waiting here. */
  delete(call: WorkerCall): boolean {
    const isHere = this.calls.delete(call);
    if (isHere) this.bytes -= byteCount(call.request.bytes);
    return isHere;
  }

  /** Those that come back come first again. */
  takeBack(calls: readonly WorkerCall[]): void {
    const others = this.calls;
    this.calls = new Set();
    this.bytes = 0;
    for (const call of [...calls, ...others]) this.add(call);
  }

  fail(error: Error): void {
    for (const call of this.calls) call.fail(error);
    this.calls.clear();
    this.bytes = 0;
  }

  /** The call that came first, and those behind it that may be run with it. */
  takeGroup(size: number): WorkerCall[] {
    const group: WorkerCall[] = [];
    let bytes = 0;
    for (const call of this.calls) {
      const more = byteCount(call.request.bytes);
      if (group.length > 0 && (group.length === size || bytes + more > GROUP_BYTES || !call.mayShare)) break;
      bytes += more;
      group.push(call);
      this.calls.delete(call);
      if (!call.mayShare) break;
    }
    for (const call of group) call.isShared = group.length > 1;
    this.bytes -= bytes;
    this.guard?.moved(this.amount(group.length, bytes), this.amount(this.calls.size, this.bytes));
    return group;
  }

  /** A call was answered: its body had so many rows. */
  learnRows({ request }: WorkerCall, rows: number | undefined): void {
    if (this.guard === undefined || rows === undefined || rows === 0) return;
    const rowBytes = byteCount(request.bytes) / rows;
    this.rowBytes = this.rowBytes === undefined ? rowBytes : this.rowBytes + WEIGHT * (rowBytes - this.rowBytes);
  }

  private amount(requests: number, bytes: number): { readonly requests: number; readonly rows: number } {
    return { requests, rows: this.rowBytes === undefined ? 0 : bytes / this.rowBytes };
  }
}
