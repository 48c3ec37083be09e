import { DONE_EVENT, errorEvent, itemEvent } from "../codec/encode/event-stream.js";
import { EVENT_STREAM } from "../codec/media-types.js";
import type { Batch } from "../core/batch.js";
import { MlserveError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import { toTellable } from "../core/problem-text.js";
import type { OutputStream } from "../flavors/flavor.js";
import type { StreamedReply } from "./executor.js";

/** Writes one item as JSON. */
export type ItemEncoder = (batch: Batch) => Uint8Array | Promise<Uint8Array>;

/** The items of a model as server-sent events, while the model goes on. */
export function eventReply(outputs: OutputStream, encode: ItemEncoder, logger: Logger | undefined): StreamedReply {
  return {
    kind: "streamed",
    chunks: { [Symbol.asyncIterator]: () => events(outputs, encode, logger) },
    mediaType: EVENT_STREAM,
  };
}

/** A whole answer for a client that reads nothing but events: one event. */
export function wholeEvents(json: Uint8Array): StreamedReply {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield itemEvent(json);
    yield DONE_EVENT;
  }
  return { kind: "streamed", chunks: chunks(), mediaType: EVENT_STREAM };
}

/** Ends the work of a model whose client cannot read events. Throws `not_acceptable`. */
export async function refuseStream(outputs: OutputStream): Promise<never> {
  await outputs[Symbol.asyncIterator]().return?.();
  const hint = `Send the header Accept: ${EVENT_STREAM}`;
  throw new MlserveError("not_acceptable", "the model streams its answer as server-sent events", { hint });
}

/** Not a generator: one that is at work could not be told that its reader has gone. */
function events(outputs: OutputStream, encode: ItemEncoder, logger: Logger | undefined): AsyncIterator<Uint8Array> {
  const items = outputs[Symbol.asyncIterator]();
  let ended = false;
  const last = (value: Uint8Array): IteratorResult<Uint8Array> => {
    ended = true;
    return { done: false, value };
  };
  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const { done, value } = await items.next();
        return done === true ? last(DONE_EVENT) : { done: false, value: itemEvent(await encode(value)) };
      } catch (error) {
        logger?.error({ err: error }, "a stream failed on its way");
        await items.return?.();
        return last(errorEvent(toTellable(error)));
      }
    },
    async return() {
      ended = true;
      await items.return?.();
      return { done: true, value: undefined };
    },
  };
}
