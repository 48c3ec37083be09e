import { once } from "node:events";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, type FrameParts, FrameReader, FrameWriter } from "../../src/workers/frames.js";

const BYTE = fc.integer({ min: 0, max: 255 });
const PARTS = fc.record({
  kind: BYTE,
  id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  first: BYTE,
  second: BYTE,
  payload: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }),
});

function toBytes(frames: readonly FrameParts[]): Buffer {
  const stream = new PassThrough();
  const writer = new FrameWriter(stream);
  for (const frame of frames) writer.write(frame);
  writer.flush();
  return stream.read() ?? Buffer.alloc(0);
}

/** Copies what is read: payloads lie in the chunks that they came in. */
function readAll(chunks: Iterable<Buffer>): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push({ ...frame, payload: Buffer.from(frame.payload) }));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

function* cutAt(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = at + (sizes[i % sizes.length] ?? 1);
    yield bytes.subarray(at, end);
    at = end;
  }
}

describe("frames", () => {
  it("come back as they were written, wherever the bytes are cut", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(PARTS, { maxLength: 5 }), sizes, (frames, cuts) => {
        const expected = frames.map((frame) => ({ ...frame, payload: Buffer.concat(frame.payload) }));
        expect(readAll(cutAt(toBytes(frames), cuts))).toEqual(expected);
      }),
    );
  });

  it("larger than what is joined come back too", () => {
    const payload = [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")];
    const [frame] = readAll([toBytes([{ kind: 1, payload }])]);
    expect(frame?.payload).toEqual(Buffer.concat(payload));
  });

  it("of one turn of the event loop leave as one chunk", async () => {
    const stream = new PassThrough();
    const writer = new FrameWriter(stream);
    for (let id = 0; id < 5; id++) writer.write({ kind: 1, id });
    const [chunk] = await once(stream, "data");
    expect(readAll([chunk]).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    { name: "says more bytes than a frame can have", at: 3, byte: 0xff },
    { name: "does not end with 0", at: 11, byte: 1 },
  ])("whose head $name are refused", ({ at, byte }) => {
    const bytes = toBytes([{ kind: 1, id: 1 }]);
    bytes[at] = byte;
    expect(() => readAll([bytes])).toThrow(RangeError);
  });
});
