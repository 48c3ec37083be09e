import type { Executor, Reply, StreamedReply } from "../pipeline/executor.js";
import { toErrorFields } from "./error-fields.js";
import type { Frame, FrameWriter } from "./frames.js";
import { FROM_WORKER, mediaAt, replyPosition, toJsonPayload, wantedAt, writeReplyFacts } from "./protocol.js";

/** A run this long is one that blocks what stands behind it; answers do not wait for the end of the turn then. */
const LONG_RUN_MS = 0.5;

/** The calls that a worker has received: begun in order of arrival, `concurrency` of them at the same time. */
export class ReceivedCalls {
  private readonly executor: Executor;
  private readonly writer: FrameWriter;
  private readonly concurrency: number;
  private readonly waiting = new Map<number, Frame>();
  private readonly running = new Map<number, RunningCall>();
  private lastRunMs = 0;

  constructor(executor: Executor, writer: FrameWriter, concurrency: number) {
    this.executor = executor;
    this.writer = writer;
    this.concurrency = concurrency;
  }

  add(frame: Frame): void {
    this.waiting.set(frame.id, frame);
    this.beginNext();
  }

  /** A call that has not begun never will; one that has is told by its signal. */
  cancel(id: number): void {
    if (this.waiting.delete(id)) this.writer.write({ kind: FROM_WORKER.end, id });
    else this.running.get(id)?.cancel();
  }

  /** Lets `count` more chunks of a stream go. */
  pull(id: number, count: number): void {
    this.running.get(id)?.pull(count);
  }

  private beginNext(): void {
    for (const [id, frame] of this.waiting) {
      if (this.running.size >= this.concurrency) return;
      this.waiting.delete(id);
      const call = new RunningCall();
      this.running.set(id, call);
      void this.run(frame, call);
    }
  }

  /** Never rejects: whatever goes wrong is what the call is answered with. */
  private async run(frame: Frame, call: RunningCall): Promise<void> {
    const { id } = frame;
    // An answer that waits for the end of this turn would wait for the whole run.
    if (this.lastRunMs > LONG_RUN_MS) this.writer.flush();
    const start = performance.now();
    try {
      const request = { bytes: frame.payload, media: mediaAt(frame.first), ...wantedAt(frame.second) };
      const reply = await this.executor.execute(request, call.signal);
      this.lastRunMs = performance.now() - start;
      await this.answer(id, reply, call);
    } catch (error) {
      this.writer.write({ kind: FROM_WORKER.failure, id, payload: [toJsonPayload(toErrorFields(error))] });
    } finally {
      this.running.delete(id);
      this.beginNext();
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

/** One call that has begun: its signal, and how many chunks of its stream may still go. */
class RunningCall {
  private readonly controller = new AbortController();
  private credit = 0;
  private wake: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  cancel(): void {
    this.controller.abort();
    this.wake?.();
  }

  pull(count: number): void {
    this.credit += count;
    this.wake?.();
  }

  /** Waits until a chunk is asked for; false when nobody wants it any more. */
  async mayGoOn(): Promise<boolean> {
    while (this.credit === 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.credit--;
    return !this.signal.aborted;
  }
}
