import { errorEvent } from "../codec/encode/event-stream.js";
import type { MlserveError } from "../core/errors.js";
import { toTellable } from "../core/problem-text.js";

/** How many chunks may be on their way before the reader has taken any. */
const WINDOW = 8;

interface StreamSource {
  /** Lets that many more chunks come. */
  pull(count: number): void;
  /** Nobody reads on. */
  cancel(): void;
}

/** The chunks of an answer that a worker streams, for one reader, who decides how fast they come. */
export class ReplyStream implements AsyncIterable<Uint8Array> {
  private readonly source: StreamSource;
  private readonly chunks: Uint8Array[] = [];
  private end: { readonly error?: MlserveError } | undefined;
  private wake: (() => void) | undefined;

  constructor(source: StreamSource) {
    this.source = source;
    source.pull(WINDOW);
  }

  /** Does the worker wait for the reader? */
  get isFull(): boolean {
    return this.end === undefined && this.chunks.length >= WINDOW;
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.wake?.();
  }

  /** With an error, the reader gets an event that tells it after the chunks that came before: see event-stream.ts. */
  finish(error?: MlserveError): void {
    this.end ??= error === undefined ? {} : { error };
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      while (true) {
        const chunk = this.chunks.shift();
        if (chunk !== undefined) {
          this.source.pull(1);
          yield chunk;
        } else if (this.end === undefined) await this.wait();
        else {
          if (this.end.error !== undefined) yield errorEvent(toTellable(this.end.error));
          return;
        }
      }
    } finally {
      if (this.end === undefined) {
        this.end = {};
        this.source.cancel();
      }
    }
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
