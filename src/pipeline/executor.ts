import type { MediaType, ReplyMediaType } from "../codec/media-types.js";
import type { BodyBytes } from "../core/byte-blocks.js";
import type { CallerSignal } from "../core/caller-signal.js";
import type { Phase } from "../core/clock.js";

/** The body of a request and what it is written in. */
export interface ExecuteRequest {
  /** The body, not compressed; in several pieces where it is too long to be copied into one at once. */
  readonly bytes: BodyBytes;
  /** What it is written in. */
  readonly media: MediaType;
  /** What the answer is to be written in. Default `application/json`. */
  readonly reply?: ReplyMediaType;
  /**
   * May the answer be sent bit by bit, as server-sent events? `no` refuses a model that does so with `not_acceptable`,
   * `always` makes events of a whole answer too. Default `no`.
   */
  readonly events?: "no" | "if_streamed" | "always";
  /** Milliseconds after which the answer is `timeout`. Default: none. */
  readonly timeoutMs?: number;
}

/** Milliseconds that each phase of a request took. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

/** The answer to a request: as a whole, or streamed while the model goes on. */
export type Reply = WholeReply | StreamedReply;

/** An answer as a whole. */
export interface WholeReply {
  readonly kind: "whole";
  /** The body of the answer. */
  readonly bytes: Uint8Array;
  /** What it is written in. */
  readonly mediaType: ReplyMediaType;
  /** Rows of the request, where the batch has rows. */
  readonly rows: number | undefined;
  /** Where the time went. */
  readonly phases: PhaseTimes;
}

/** An answer that goes on while it is sent. */
export interface StreamedReply {
  readonly kind: "streamed";
  /** Ends the model's work when its iterator is returned. A failure on the way is told in the stream itself. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly mediaType: string;
}

/**
 * Answers one request after another: bytes in, bytes out.
 *
 * On the main thread and in a worker process alike, so that whoever serves cannot tell the difference.
 */
export interface Executor extends AsyncDisposable {
  /**
   * Decodes the body, runs the model, encodes its answer.
   *
   * Throws the rows of the error table that a request can end with: `invalid_json` to `not_acceptable`, `model_failed`,
   * `worker_lost`, `timeout`, `shutting_down` after disposal, and `request_aborted` when `caller` is aborted: an
   * `AbortSignal`, or what does as much.
   */
  execute(request: ExecuteRequest, caller: CallerSignal): Promise<Reply>;

  /** A body of so many bytes is on its way: what takes a while to be ready for it may begin. */
  expect?(bodyBytes: number): void;
}
