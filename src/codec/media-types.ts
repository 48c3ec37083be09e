/** The media type of each body format. */
export const MEDIA_TYPES = {
  json: "application/json",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
  arrowStream: "application/vnd.apache.arrow.stream",
  arrowFile: "application/vnd.apache.arrow.file",
} as const;

/**
 * The media type of a body that can be decoded: `application/json`, `text/csv`, `application/vnd.apache.parquet`,
 * `application/vnd.apache.arrow.stream` or `application/vnd.apache.arrow.file`.
 */
export type MediaType = (typeof MEDIA_TYPES)[keyof typeof MEDIA_TYPES];

/** The formats that predictions can be written in, the first where nobody asks for another. */
export const REPLY_MEDIA_TYPES = [MEDIA_TYPES.json, MEDIA_TYPES.arrowStream] as const;
/**
 * The media types that an answer can be written in.
 *
 * @useDeclaredType
 */
export type ReplyMediaType = (typeof REPLY_MEDIA_TYPES)[number];

/** What an answer is written in that is sent bit by bit: server-sent events. */
export const EVENT_STREAM = "text/event-stream";

export function isMediaType(type: string): type is MediaType {
  return Object.values<string>(MEDIA_TYPES).includes(type);
}
