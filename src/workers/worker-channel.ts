import type { Duplex } from "node:stream";
import { toBlocks } from "../core/byte-blocks.js";
import type { MlserveError } from "../core/errors.js";
import type { Reply } from "../pipeline/executor.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import { fromErrorFields } from "./error-fields.js";
import { type Frame, FrameReader, FrameWriter } from "./frames.js";
import {
  FROM_WORKER,
  fromJsonPayload,
  MORE,
  mediaPosition,
  readReplyFacts,
  readRunFacts,
  replyAt,
  TO_WORKER,
  toJsonPayload,
  type WorkerOrder,
  wantedPosition,
} from "./protocol.js";
import { ReplyStream } from "./reply-stream.js";
import type { WorkerCall } from "./worker-call.js";

/** What a worker says besides the answers to its calls. */
export interface ChannelEvents {
  onReady(ready: unknown): void;
  onRefused(error: Error): void;
  onLog(line: unknown): void;
  onRun(run: RunFacts): void;
  /** A call is over, whatever came of it. */
  onCallEnded(): void;
  /** The worker has said what no worker says. */
  onNonsense(): void;
}

interface OpenCall {
  readonly call: WorkerCall;
  /** Those that were handed over with it have the same. */
  readonly group: number;
  stream?: ReplyStream;
}

/** Calls that have no answer yet, in the order in which the worker begins them. */
export interface LeftCalls {
  /** Of the groups that the worker was working on. */
  readonly begun: WorkerCall[];
  readonly waiting: WorkerCall[];
}

/** Speaks with one worker: calls go out as frames, and their answers come back in any order. */
export class WorkerChannel {
  private readonly writer: FrameWriter;
  private readonly events: ChannelEvents;
  /** In the order in which they were handed over, which is that in which the worker begins them. */
  private readonly open = new Map<number, OpenCall>();
  /** How many calls of each group are open, in the same order. */
  private readonly groups = new Map<number, number>();
  private lastId = 0;

  constructor(socket: Duplex, events: ChannelEvents) {
    this.writer = new FrameWriter(socket);
    this.events = events;
    const reader = new FrameReader((frame) => this.receive(frame));
    socket.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        events.onNonsense();
      }
    });
  }

  /** Groups of calls that are open. */
  get size(): number {
    return this.groups.size;
  }

  start(order: WorkerOrder): void {
    this.writer.write({ kind: TO_WORKER.start, payload: [toJsonPayload(order)] });
    this.writer.flush();
  }

  /** Hands over calls that may be run together. */
  hand(calls: readonly WorkerCall[]): void {
    const group = this.nextId();
    this.groups.set(group, calls.length);
    let left = calls.length;
    for (const call of calls) {
      const id = left === calls.length ? group : this.nextId();
      left--;
      this.open.set(id, { call, group });
      const { bytes, media } = call.request;
      const second = wantedPosition(call.request) | (left > 0 ? MORE : 0);
      this.writer.write({ kind: TO_WORKER.request, id, first: mediaPosition(media), second, payload: toBlocks(bytes) });
    }
  }

  /** Sends at once what would leave at the end of this turn. */
  flush(): void {
    this.writer.flush();
  }

  private nextId(): number {
    this.lastId = this.lastId === 0xffffffff ? 1 : this.lastId + 1;
    return this.lastId;
  }

  /**
   * Tells the worker that nobody waits for the call; it stays open until the worker has let go of it. A stream that has
   * begun ends with the error.
   */
  cancel(call: WorkerCall, error: MlserveError): void {
    for (const [id, { call: other, stream }] of this.open) {
      if (other !== call) continue;
      stream?.finish(error);
      this.writer.write({ kind: TO_WORKER.cancel, id });
    }
  }

  /** Is the call's stream waiting for its reader, and not for the worker? */
  isReaderSlow(call: WorkerCall): boolean {
    for (const { call: other, stream } of this.open.values()) if (other === call) return stream?.isFull === true;
    return false;
  }

  /** All calls that are open, given how many groups the worker works on at a time; a stream fails with the error. */
  takeOpen(streamError: MlserveError, concurrency: number): LeftCalls {
    const begunGroups = this.begunGroups(concurrency);
    const left: LeftCalls = { begun: [], waiting: [] };
    for (const { call, group, stream } of this.open.values()) {
      left[begunGroups.has(group) ? "begun" : "waiting"].push(call);
      stream?.finish(streamError);
    }
    this.open.clear();
    this.groups.clear();
    return left;
  }

  /** Has the worker begun the call, given how many groups it works on at a time? */
  hasBegun(call: WorkerCall, concurrency: number): boolean {
    const begunGroups = this.begunGroups(concurrency);
    for (const { call: other, group } of this.open.values()) if (other === call) return begunGroups.has(group);
    return false;
  }

  private begunGroups(concurrency: number): ReadonlySet<number> {
    return new Set([...this.groups.keys()].slice(0, concurrency));
  }

  private receive(frame: Frame): void {
    const { kind, payload } = frame;
    if (kind === FROM_WORKER.ready) this.events.onReady(fromJsonPayload(payload));
    else if (kind === FROM_WORKER.refused) this.events.onRefused(fromErrorFields(fromJsonPayload(payload)));
    else if (kind === FROM_WORKER.log) this.events.onLog(fromJsonPayload(payload));
    else if (kind === FROM_WORKER.run) this.events.onRun(readRunFacts(payload, frame.first));
    else this.receiveAnswer(frame);
  }

  private receiveAnswer({ kind, id, first, payload }: Frame): void {
    const open = this.open.get(id);
    if (open === undefined) throw new RangeError("a frame answers a call that is not open");
    if (kind === FROM_WORKER.reply) this.end(id, open, { reply: toReply(first, payload) });
    else if (kind === FROM_WORKER.failure) this.end(id, open, { error: fromErrorFields(fromJsonPayload(payload)) });
    else if (kind === FROM_WORKER.stream) this.beginStream(id, open, Buffer.from(payload).toString());
    else if (kind === FROM_WORKER.chunk) this.takeChunk(open, payload);
    else if (kind === FROM_WORKER.end) this.end(id, open, {});
    else throw new RangeError("a frame of no known kind");
  }

  private beginStream(id: number, open: OpenCall, mediaType: string): void {
    if (open.stream !== undefined) throw new RangeError("a stream begins twice");
    open.stream = new ReplyStream({
      pull: (count) => this.writer.write({ kind: TO_WORKER.pull, id, first: count }),
      cancel: () => this.writer.write({ kind: TO_WORKER.cancel, id }),
    });
    open.call.succeed({ kind: "streamed", chunks: open.stream, mediaType });
  }

  private takeChunk({ call, stream }: OpenCall, payload: Uint8Array): void {
    call.postpone();
    stream?.push(Uint8Array.from(payload));
  }

  private end(id: number, open: OpenCall, { reply, error }: { reply?: Reply; error?: MlserveError }): void {
    const { call, group, stream } = open;
    this.open.delete(id);
    const left = (this.groups.get(group) ?? 1) - 1;
    if (left === 0) this.groups.delete(group);
    else this.groups.set(group, left);
    stream?.finish(error);
    if (reply !== undefined) call.succeed(reply);
    else if (error !== undefined) call.fail(error);
    else call.letGo();
    this.events.onCallEnded();
  }
}

function toReply(mediaPosition: number, payload: Uint8Array): Reply {
  const { rows, phases, body } = readReplyFacts(payload);
  return { kind: "whole", bytes: body, mediaType: replyAt(mediaPosition), rows, phases };
}
