import type { Writable } from "node:stream";

/** One message between two processes: its kind, the call it belongs to, two small numbers, and bytes. */
export interface Frame {
  /** 0 to 255; see protocol.ts. */
  readonly kind: number;
  /** The number of a call; 0 for what belongs to none. */
  readonly id: number;
  /** Two numbers of 0 to 255 whose meaning depends on the kind. */
  readonly first: number;
  readonly second: number;
  readonly payload: Uint8Array;
}

/** Length of the payload (4 bytes), number of the call (4), kind (1), the two numbers (2), and one byte that is 0. */
const HEAD_BYTES = 12;

/** A frame that says it is longer is no frame of ours. */
const MAX_PAYLOAD_BYTES = 2 ** 31 - 1;

/** Puts frames together from chunks of a stream, wherever they were cut. */
export class FrameReader {
  private readonly onFrame: (frame: Frame) => void;
  private readonly head = Buffer.alloc(HEAD_BYTES);
  private headFilled = 0;
  /** The payload of a frame that has not come in whole. */
  private payload: Buffer | undefined;
  private payloadFilled = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.onFrame = onFrame;
  }

  /** Throws a RangeError for what is no frame: the stream cannot be read any further. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.payload === undefined ? this.readHead(chunk, at) : this.readPayload(chunk, at);
  }

  private readHead(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + HEAD_BYTES - this.headFilled);
    chunk.copy(this.head, this.headFilled, start, end);
    this.headFilled += end - start;
    if (this.headFilled < HEAD_BYTES) return end;
    this.headFilled = 0;
    const length = this.head.readUInt32LE(0);
    if (length > MAX_PAYLOAD_BYTES || this.head[11] !== 0) throw new RangeError("the head of a frame is wrong");
    if (length <= chunk.length - end) {
      this.emit(chunk.subarray(end, end + length));
      return end + length;
    }
    this.payload = Buffer.allocUnsafeSlow(length);
    this.payloadFilled = 0;
    return end;
  }

  private readPayload(chunk: Buffer, start: number): number {
    const { payload } = this;
    if (payload === undefined) return start;
    const end = Math.min(chunk.length, start + payload.length - this.payloadFilled);
    chunk.copy(payload, this.payloadFilled, start, end);
    this.payloadFilled += end - start;
    if (this.payloadFilled < payload.length) return end;
    this.payload = undefined;
    this.emit(payload);
    return end;
  }

  private emit(payload: Uint8Array): void {
    const { head } = this;
    this.onFrame({
      kind: head[8] ?? 0,
      id: head.readUInt32LE(4),
      first: head[9] ?? 0,
      second: head[10] ?? 0,
      payload,
    });
  }
}

/** Below this, copying frames into one chunk costs less than handing each to the system. */
const JOIN_BELOW_BYTES = 64 * 1024;

/** What is written of a frame; what is left out is 0 or empty. */
export interface FrameParts {
  readonly kind: number;
  readonly id?: number;
  readonly first?: number;
  readonly second?: number;
  /** One after the other, they are the payload. */
  readonly payload?: readonly Uint8Array[];
}

/** As it is before any model's code has run. */
const afterThisTurn = setImmediate;

/** Writes frames to a stream: those of one turn of the event loop as one chunk. */
export class FrameWriter {
  /** Called before anything leaves; it may end the process instead. */
  beforeFlush: (() => void) | undefined;
  private readonly stream: Writable;
  private waiting: Uint8Array[] = [];
  private bytes = 0;
  private scheduled = false;

  constructor(stream: Writable) {
    this.stream = stream;
  }

  write({ kind, id = 0, first = 0, second = 0, payload = [] }: FrameParts): void {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    let length = 0;
    for (const part of payload) length += part.length;
    head.writeUInt32LE(length, 0);
    head.writeUInt32LE(id, 4);
    head[8] = kind;
    head[9] = first;
    head[10] = second;
    head[11] = 0;
    this.waiting.push(head, ...payload);
    this.bytes += HEAD_BYTES + length;
    if (this.scheduled) return;
    this.scheduled = true;
    afterThisTurn(() => this.flush());
  }

  /** Hands over at once what waits for the end of the turn. */
  flush(): void {
    this.scheduled = false;
    this.beforeFlush?.();
    const { waiting, bytes, stream } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.bytes = 0;
    if (bytes <= JOIN_BELOW_BYTES) {
      stream.write(Buffer.concat(waiting, bytes));
      return;
    }
    stream.cork();
    for (const part of waiting) stream.write(part);
    stream.uncork();
  }
}
