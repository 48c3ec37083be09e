import type { CoercionName } from "../codec/decode/coercion.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import { MEDIA_TYPES, type MediaType, REPLY_MEDIA_TYPES, type ReplyMediaType } from "../codec/media-types.js";
import type { DecodeLimits } from "../core/decode-limits.js";
import type { FlavorSource } from "../flavors/flavor-source.js";
import type { SharedModel } from "../format/shared-model.js";
import type { ThreadChoice } from "../pipeline/choose-threads.js";
import type { ExecuteRequest, PhaseTimes } from "../pipeline/executor.js";
import type { Joining, JoiningOptions } from "../pipeline/joining.js";
import type { RunFacts } from "../pipeline/row-joiner.js";

/*
 * What the server and a worker say to each other, each as one frame. Calls are numbered by the server. JSON stands only in
 * frames that come once, or seldom.
 */

/** From the server to a worker. */
export const TO_WORKER = {
  /** JSON of {@link WorkerOrder}: what to load. */
  start: 1,
  /**
   * A call: media type and what the answer may be, as positions in their lists, and the body. {@link MORE} is added to
   * the second where the next call belongs to the same group.
   */
  request: 2,
  /** Nobody waits for the call any more. */
  cancel: 3,
  /** The next chunks of a stream may come; `first` says how many. */
  pull: 4,
} as const;

/** From a worker to the server. */
export const FROM_WORKER = {
  /** JSON of {@link WorkerReady}. */
  ready: 1,
  /** JSON of {@link ErrorFields}: the model cannot be loaded. */
  refused: 2,
  /** A whole answer: {@link ReplyFacts}, then its body. */
  reply: 3,
  /** JSON of {@link ErrorFields}: what the answer to a call is instead. */
  failure: 4,
  /** The answer is a stream; its media type as UTF-8. */
  stream: 5,
  chunk: 6,
  /** The stream has ended. */
  end: 7,
  /** JSON of {@link LogLine}. */
  log: 8,
  /** {@link RunFacts} of a run that has ended, of a model whose rows are joined. */
  run: 9,
} as const;

/** Calls of one group are begun together, so that their rows may share a run. */
export const MORE = 0x80;

/** What a worker is to load and how it is to answer. */
export interface WorkerOrder {
  readonly flavor: FlavorSource;
  /** Flavors of the user's own that the model may use for files that it brings along. */
  readonly others: readonly FlavorSource[];
  readonly model: SharedModel;
  readonly coercion: CoercionName;
  readonly limits: DecodeLimits;
  readonly numbers: NumberStyle;
  readonly threads: number | undefined;
  readonly defaultThreads: number;
  /** Try fewer threads than the default, and keep the fewest that a run makes use of. */
  readonly triesThreads: boolean;
  /** Run the self-test of the package before saying that it is ready. */
  readonly selfTest: boolean;
  readonly joining: JoiningOptions;
}

/** What a worker says of the model that it has loaded. */
export interface WorkerReady {
  readonly runtime: Readonly<Record<string, string | number>>;
  /** Groups of calls that it works on at the same time. */
  readonly concurrency: number;
  /** Where it is off, a group has one call. */
  readonly joining: Joining;
  /** Why the model does not run on its own input example. */
  readonly exampleFault?: string;
  /** Where threads were tried, how many there are. */
  readonly threads?: ThreadChoice;
}

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string | undefined;
}

const MEDIA_LIST: readonly MediaType[] = Object.values(MEDIA_TYPES);

export function mediaPosition(media: MediaType): number {
  return MEDIA_LIST.indexOf(media);
}

/** Throws a RangeError for a position that has none. */
export function mediaAt(position: number): MediaType {
  return found(MEDIA_LIST[position]);
}

export function replyPosition(media: ReplyMediaType): number {
  return REPLY_MEDIA_TYPES.indexOf(media);
}

/** Throws a RangeError for a position that has none. */
export function replyAt(position: number): ReplyMediaType {
  return found(REPLY_MEDIA_TYPES[position]);
}

/** What an answer may be. */
type Wanted = Required<Pick<ExecuteRequest, "reply" | "events">>;

const WANTED_LIST: readonly Wanted[] = REPLY_MEDIA_TYPES.flatMap((reply) =>
  (["no", "if_streamed", "always"] as const).map((events) => ({ reply, events })),
);

export function wantedPosition({ reply = MEDIA_TYPES.json, events = "no" }: Partial<Wanted>): number {
  return WANTED_LIST.findIndex((wanted) => wanted.reply === reply && wanted.events === events);
}

/** Throws a RangeError for a position that has none. */
export function wantedAt(position: number): Wanted {
  return found(WANTED_LIST[position]);
}

function found<T>(media: T | undefined): T {
  if (media === undefined) throw new RangeError("a frame names a media type that there is not");
  return media;
}

/** What stands before the body of a reply. */
export interface ReplyFacts {
  readonly rows: number | undefined;
  readonly phases: PhaseTimes;
}

const FACTS_BYTES = 40;

/** Five numbers of 8 bytes: rows (NaN for none), then milliseconds of each phase. */
export function writeReplyFacts({ rows, phases }: ReplyFacts): Uint8Array {
  const facts = Buffer.allocUnsafe(FACTS_BYTES);
  facts.writeDoubleLE(rows ?? Number.NaN, 0);
  facts.writeDoubleLE(phases.decode, 8);
  facts.writeDoubleLE(phases.queue, 16);
  facts.writeDoubleLE(phases.predict, 24);
  facts.writeDoubleLE(phases.encode, 32);
  return facts;
}

/** Splits the payload of a reply. Throws a RangeError where it is too short. */
export function readReplyFacts(payload: Uint8Array): ReplyFacts & { readonly body: Uint8Array } {
  const facts = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const rows = facts.readDoubleLE(0);
  const phases = {
    decode: facts.readDoubleLE(8),
    queue: facts.readDoubleLE(16),
    predict: facts.readDoubleLE(24),
    encode: facts.readDoubleLE(32),
  };
  return { rows: Number.isNaN(rows) ? undefined : rows, phases, body: payload.subarray(FACTS_BYTES) };
}

/** Two numbers of 4 bytes: rows and requests; the frame's `first` is 1 for a run that was split. */
export function writeRunFacts({ rows, requests }: RunFacts): Uint8Array {
  const facts = Buffer.allocUnsafe(8);
  facts.writeUInt32LE(rows, 0);
  facts.writeUInt32LE(requests, 4);
  return facts;
}

/** Throws a RangeError where the payload is too short. */
export function readRunFacts(payload: Uint8Array, first: number): RunFacts {
  const facts = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return { rows: facts.readUInt32LE(0), requests: facts.readUInt32LE(4), isSplit: first === 1 };
}

export function toJsonPayload(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Throws a SyntaxError for what is no JSON. */
export function fromJsonPayload(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
}
