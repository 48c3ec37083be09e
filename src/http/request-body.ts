import type { IncomingMessage, ServerResponse } from "node:http";
import { type BodyBytes, ByteCollector } from "../core/byte-blocks.js";
import { MlserveError } from "../core/errors.js";
import type { BodyBudget, BodyShare } from "./body-budget.js";
import { type ContentCoding, decodeBody } from "./content-coding.js";

/** Node's own request and response under a web one; absent where there are none, in tests of the app. */
export interface NodeExchange {
  /** The request. */
  readonly incoming?: IncomingMessage;
  /** What it is answered with. */
  readonly outgoing?: ServerResponse;
}

/** What a request's body may take. */
export interface BodyLimits {
  /** Of one body, decompressed too. */
  readonly maxBytes: number;
  /** What all bodies together may take; undefined for any. */
  readonly budget?: BodyBudget;
}

/**
 * Reads a request's body, counting while it comes; one that is compressed with `coding` is decompressed and counted so.
 *
 * Node's own request is several times faster to read than the web stream over it. A client that waits to be asked for the
 * body is asked here, when its headers have passed. Throws `body_too_large` as soon as the limit is passed,
 * `body_not_taken` when others leave no room for it in time, `request_aborted` when the client leaves, `invalid_body` for
 * compressed data that is broken.
 */
export async function readRequestBody(
  request: Request,
  exchange: NodeExchange,
  limits: BodyLimits,
  coding?: ContentCoding,
): Promise<BodyBytes> {
  const { incoming, outgoing } = exchange;
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > limits.maxBytes) throw tooLarge(limits.maxBytes);
  if (request.headers.has("expect")) outgoing?.writeContinue();
  if (coding !== undefined) return readCompressed(request, exchange, limits, coding);
  if (incoming !== undefined) return readIncoming(incoming, outgoing, limits);
  return request.body === null ? new Uint8Array() : readStream(request.body, limits.maxBytes);
}

/**
 * Reads the body of Node's own request. Throws `body_too_large`, `body_not_taken` and `request_aborted`.
 *
 * What comes in more than one piece is counted among all bodies until its answer is sent, or its client has left. A first
 * piece has been read by Node, whether there is room or not.
 */
function readIncoming(
  incoming: IncomingMessage,
  outgoing: ServerResponse | undefined,
  limits: BodyLimits,
): Promise<BodyBytes> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let long: LongBody | undefined;
    let isWhole = false;
    // None of them is taken off, which would cost more than leaving them.
    incoming.on("data", (chunk: Buffer) => {
      if (first === undefined && chunk.length <= limits.maxBytes) {
        first = chunk;
        return;
      }
      long ??= new LongBody(incoming, outgoing, limits, { first, reject });
      long.add(chunk);
    });
    incoming.on("end", () => {
      isWhole = true;
      resolve(long === undefined ? (first ?? Buffer.alloc(0)) : long.take());
    });
    // Every request is closed when it has been answered: an error made for nobody is the most of what reading costs.
    const onLost = (): void => {
      if (!isWhole) reject(aborted());
    };
    // An error of a request is the loss of its connection.
    incoming.on("error", onLost).on("close", onLost);
    if (incoming.destroyed) onLost();
  });
}

interface LongBodyEvents {
  /** What has come already. */
  readonly first: Buffer | undefined;
  reject(error: unknown): void;
}

/** A body that comes in several pieces. */
class LongBody {
  private readonly incoming: IncomingMessage;
  private readonly limits: BodyLimits;
  private readonly events: LongBodyEvents;
  private readonly collector = new ByteCollector();
  private readonly share: BodyShare | undefined;
  private isRefused = false;

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse | undefined,
    limits: BodyLimits,
    events: LongBodyEvents,
  ) {
    this.incoming = incoming;
    this.limits = limits;
    this.events = events;
    this.share = openShare(limits, outgoing ?? incoming);
    if (events.first !== undefined) this.add(events.first);
  }

  add(chunk: Buffer): void {
    // The rest of a body that was refused is read to be thrown away.
    if (this.isRefused) return;
    if (this.collector.length + chunk.length > this.limits.maxBytes) {
      this.refuse(tooLarge(this.limits.maxBytes));
      return;
    }
    this.collector.add(chunk);
    const room = this.share?.take(chunk.length);
    if (room !== undefined) this.waitFor(room);
  }

  take(): BodyBytes {
    return this.collector.take();
  }

  private waitFor(room: Promise<void>): void {
    this.incoming.pause();
    room.then(
      () => this.incoming.resume(),
      (error) => this.refuse(error),
    );
  }

  private refuse(error: unknown): void {
    this.isRefused = true;
    this.collector.clear();
    this.share?.release();
    this.events.reject(error);
  }
}

/** Held until the exchange is over, however it ends. */
function openShare({ budget }: BodyLimits, exchange: IncomingMessage | ServerResponse): BodyShare | undefined {
  const share = budget?.open();
  if (share !== undefined) exchange.once("close", () => share.release());
  return share;
}

async function readCompressed(
  { body }: Request,
  { incoming, outgoing }: NodeExchange,
  limits: BodyLimits,
  coding: ContentCoding,
): Promise<BodyBytes> {
  // A request that is given up halfway is answered all the same: its connection must live.
  const source = incoming?.iterator({ destroyOnReturn: false }) ?? body?.values({ preventCancel: true }) ?? noBytes();
  const exchange = outgoing ?? incoming;
  const share = exchange === undefined ? undefined : openShare(limits, exchange);
  try {
    return await decodeBody(source, coding, {
      maxBytes: limits.maxBytes,
      tooLarge: () => tooLarge(limits.maxBytes),
      takeRoom: (count) => share?.take(count),
    });
  } catch (error) {
    throw error instanceof MlserveError ? error : aborted(error);
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function aborted(cause?: unknown): MlserveError {
  return new MlserveError("request_aborted", "the client left before its request was whole", { cause });
}

async function readStream(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<BodyBytes> {
  const collector = new ByteCollector();
  for await (const chunk of stream) {
    collector.add(chunk);
    if (collector.length > maxBytes) throw tooLarge(maxBytes);
  }
  return collector.take();
}

function tooLarge(maxBytes: number): MlserveError {
  return new MlserveError("body_too_large", `the body has more than the ${maxBytes} bytes that are allowed`, {
    hint: "Send fewer rows at a time, or raise --max-body",
  });
}
