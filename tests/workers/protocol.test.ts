import { describe, expect, it } from "vitest";
import { MEDIA_TYPES, REPLY_MEDIA_TYPES } from "../../src/codec/media-types.js";
import {
  mediaAt,
  mediaPosition,
  readReplyFacts,
  replyAt,
  replyPosition,
  wantedAt,
  wantedPosition,
  writeReplyFacts,
} from "../../src/workers/protocol.js";

describe("positions", () => {
  it.each(Object.values(MEDIA_TYPES))("name the media type %s of a body", (media) => {
    expect(mediaAt(mediaPosition(media))).toBe(media);
  });

  it.each(REPLY_MEDIA_TYPES)("name the media type %s of an answer", (media) => {
    expect(replyAt(replyPosition(media))).toBe(media);
    for (const events of ["no", "if_streamed", "always"] as const)
      expect(wantedAt(wantedPosition({ reply: media, events }))).toEqual({ reply: media, events });
  });

  it("name what is wanted where a request does not say", () => {
    expect(wantedAt(wantedPosition({}))).toEqual({ reply: MEDIA_TYPES.json, events: "no" });
  });

  it.each([mediaAt, replyAt, wantedAt])("that have no meaning are refused", (at) => {
    expect(() => at(255)).toThrow(RangeError);
  });
});

describe("the facts of a reply", () => {
  const phases = { decode: 0.25, queue: 0.5, predict: 1.5, encode: 0.125 };

  it.each([0, 3, undefined])("come back with the body for %s rows", (rows) => {
    const payload = Buffer.concat([writeReplyFacts({ rows, phases }), Buffer.from("body")]);
    expect(readReplyFacts(payload)).toEqual({ rows, phases, body: Buffer.from("body") });
  });

  it("that are cut are refused", () => {
    expect(() => readReplyFacts(Buffer.alloc(39))).toThrow(RangeError);
  });
});
