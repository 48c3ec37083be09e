import type { Batch } from "../../core/batch.js";
import { importArrow } from "../import-arrow.js";
import { MEDIA_TYPES, type ReplyMediaType } from "../media-types.js";
import type { NumberStyle } from "./number-style.js";
import { type AnswerTo, compileEncoder } from "./predictions.js";

/** Writes the outputs of a model in one of the formats of an answer. Throws `not_acceptable` for one that has no room. */
export type ReplyEncoder = (batch: Batch, to: AnswerTo, media: ReplyMediaType) => Uint8Array | Promise<Uint8Array>;

/** Compiles the encoders of all formats; what writes Arrow is loaded with the first such answer. */
export function compileReplyEncoder(style: NumberStyle): ReplyEncoder {
  const json = compileEncoder(style);
  return (batch, to, media) => (media === MEDIA_TYPES.json ? json(batch, to) : encodeAsArrow(batch, to));
}

async function encodeAsArrow(batch: Batch, to: AnswerTo): Promise<Uint8Array> {
  const { encodeArrow } = await importArrow(() => import("./arrow/encode-arrow.js"), "not_acceptable");
  return encodeArrow(batch, to);
}
