import { EVENT_STREAM, isMediaType, MEDIA_TYPES, type MediaType, REPLY_MEDIA_TYPES } from "../../codec/media-types.js";
import { MlserveError } from "../../core/errors.js";
import { namesMediaType, preferredMediaType } from "../../http/accept.js";
import { parseMediaType } from "../../http/media-type.js";
import type { ExecuteRequest } from "../../pipeline/executor.js";

/** What an answer may be written in. */
export type Wanted = Required<Pick<ExecuteRequest, "reply" | "events">>;

/** Events only where the header names them. */
export function readAccept(header: string | null): Wanted {
  const best = preferredMediaType(header, [...REPLY_MEDIA_TYPES, EVENT_STREAM]);
  if (best === EVENT_STREAM) return { reply: MEDIA_TYPES.json, events: "always" };
  return { reply: best, events: namesMediaType(header, EVENT_STREAM) ? "if_streamed" : "no" };
}

/** undefined where there is no header: a page of another site can post a body so, but not without telling its origin. */
export function readMediaType(header: string | null, origin: string | null): MediaType | undefined {
  if (header === null && origin === null) return undefined;
  const type = parseMediaType(header ?? "");
  if (isMediaType(type)) return type;
  return refuseMediaType(type === FORM ? { hint: "curl -d sends a form without -H 'content-type: …'" } : {});
}

/** Only JSON can be told by its look: every request in it is an object. */
export function guessMediaType(bytes: Uint8Array): MediaType {
  const first = bytes.find((byte) => !BLANKS.includes(byte));
  return first === 0x7b ? MEDIA_TYPES.json : refuseMediaType();
}

/** Blanks, line ends, and a byte order mark. */
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

const FORM = "application/x-www-form-urlencoded";

function refuseMediaType(told: { readonly hint?: string } = {}): never {
  const expected = Object.values(MEDIA_TYPES).join(", ");
  throw new MlserveError("unsupported_media_type", `expected one of ${expected}`, { where: "Content-Type", ...told });
}
