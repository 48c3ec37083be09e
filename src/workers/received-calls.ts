import { ToldSignal } from "../core/caller-signal.js";
import type { Executor, Reply, StreamedReply } from "../pipeline/executor.js";
import { toErrorFields } from "./error-fields.js";
import type { Frame, FrameWriter } from "./frames.js";
import { FROM_WORKER, MORE, mediaAt, replyPosition, toJsonPayload, wantedAt, writeReplyFacts } from "./protocol.js";

/** A run this long is one that blocks what stands behind it; answers do not wait for the end of the turn then. */
const LONG_RUN_MS = 0.5;

/** Calls that are begun together: see {@link MORE}. */
type Group = Map<number, Frame>;

/** The calls that a worker has received: begun in order of arrival, `concurrency` groups of them at the same time. */
export class ReceivedCalls {
  private readonly executor: Executor;
  private readonly writer: FrameWriter;
  private readonly concurrency: number;
  private readonly waiting: Group[] = [];
  /** The group of which not all calls have come. */
  private coming: Group = new Map();
  private readonly running = new Map<number, RunningCall>();
  private runningGroups = 0;
  private lastRunMs = 0;

  constructor(executor: Executor, writer: FrameWriter, concurrency: number) {
    this.executor = executor;
    this.writer = writer;
    this.concurrency = concurrency;
  }

  add(frame: Frame): void {
    this.coming.set(frame.id, frame);
    if ((frame.second & MORE) !== 0) return;
    this.waiting.push(this.coming);
    this.coming = new Map();
    this.beginNext();
  }

  /** A call that has not begun never will; one that has is told by its signal. */
  cancel(id: number): void {
    if (this.waiting.some((group) => group.delete(id))) this.writer.write({ kind: FROM_WORKER.end, id });
    else this.running.get(id)?.cancel();
  }

  /** Lets `count` more chunks of a stream go. */
  pull(id: number, count: number): void {
    this.running.get(id)?.pull(count);
  }

  private beginNext(): void {
    while (this.runningGroups < this.concurrency) {
      const group = this.waiting.shift();
      if (group === undefined) return;
      if (group.size > 0) void this.runGroup(group);
    }
  }

  /** Never rejects. */
  private async runGroup(group: Group): Promise<void> {
    this.runningGroups++;
    // An answer that waits for the end of this turn would wait for the whole run.
    if (this.lastRunMs > LONG_RUN_MS) this.writer.flush();
    await Promise.all(Array.from(group.values(), (frame) => this.run(frame)));
    this.runningGroups--;
    this.beginNext();
  }

  /** Never rejects: whatever goes wrong is what the call is answered with. */
  private async run(frame: Frame): Promise<void> {
    const { id } = frame;
    const call = new RunningCall();
    this.running.set(id, call);
    const start = performance.now();
    try {
      const request = { bytes: frame.payload, media: mediaAt(frame.first), ...wantedAt(frame.second & ~MORE) };
      const reply = await this.executor.execute(request, call);
      this.lastRunMs = performance.now() - start;
      await this.answer(id, reply, call);
    } catch (error) {
      this.writer.write({ kind: FROM_WORKER.failure, id, payload: [toJsonPayload(toErrorFields(error))] });
    } finally {
      this.running.delete(id);
    }
  }

  private async answer(id: number, reply: Reply, call: RunningCall): Promise<void> {
    if (reply.kind === "streamed") return await this.stream(id, reply, call);
    const payload = [writeReplyFacts(reply), reply.bytes];
    this.writer.write({ kind: FROM_WORKER.reply, id, first: replyPosition(reply.mediaType), payload });
  }

  private async stream(id: number, { chunks, mediaType }: StreamedReply, call: RunningCall): Promise<void> {
    this.writer.write({ kind: FROM_WORKER.stream, id, payload: [Buffer.from(mediaType)] });
    for await (const chunk of chunks) {
      if (!(await call.mayGoOn())) break;
      this.writer.write({ kind: FROM_WORKER.chunk, id, payload: [chunk] });
      // The model goes on with the next item in this turn, however long that takes it.
      this.writer.flush();
    }
    this.writer.write({ kind: FROM_WORKER.end, id });
  }
}

/** One call that has begun: does somebody wait for it, and how many chunks of its stream may still go? */
class RunningCall extends ToldSignal {
  private credit = 0;
  private wake: (() => void) | undefined;

  cancel(): void {
    this.abort();
    this.wake?.();
  }

  pull(count: number): void {
    this.credit += count;
    this.wake?.();
  }

  /** Waits until a chunk is asked for; false when nobody wants it any more. */
  async mayGoOn(): Promise<boolean> {
    while (this.credit === 0 && !this.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.credit--;
    return !this.aborted;
  }
}
