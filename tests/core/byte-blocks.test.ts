import { describe, expect, it } from "vitest";
import { ByteCollector, byteCount, toBlocks, toOnePiece } from "../../src/core/byte-blocks.js";

const MIB = 1024 * 1024;

/** So many bytes, each of which tells its place. */
function numbered(count: number, start = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (start + i) % 251);
}

async function collect(count: number, pieceBytes: number) {
  const collector = new ByteCollector();
  const all = numbered(count);
  for (let at = 0; at < count; at += pieceBytes) collector.add(all.subarray(at, at + pieceBytes));
  return { collector, all, taken: collector.take() };
}

describe("bytes that are collected", () => {
  it.each([
    { name: "nothing", count: 0, pieceBytes: 1, pieces: 1 },
    { name: "one piece", count: 100_000, pieceBytes: 100_000, pieces: 1 },
    { name: "short pieces", count: 100_000, pieceBytes: 7, pieces: 1 },
    { name: "long pieces of a short whole", count: 300_000, pieceBytes: 65_536, pieces: 1 },
    { name: "long pieces of a long whole", count: 2 * MIB, pieceBytes: 65_536, pieces: 32 },
    { name: "short pieces of a long whole", count: 2 * MIB, pieceBytes: 1000, pieces: 33 },
    { name: "single bytes of a long whole", count: 2 * MIB, pieceBytes: 1, pieces: 32 },
  ])("of $name come out as they went in", async ({ count, pieceBytes, pieces }) => {
    const { collector, all, taken } = await collect(count, pieceBytes);
    expect(collector.length).toBe(count);
    expect(byteCount(taken)).toBe(count);
    expect(toBlocks(taken)).toHaveLength(pieces);
    expect(Buffer.compare(await toOnePiece(taken), all)).toBe(0);
  });

  it("of a long whole are the pieces that came, not copies", () => {
    const collector = new ByteCollector();
    const pieces = [numbered(MIB), numbered(MIB)];
    for (const piece of pieces) collector.add(piece);
    expect(toBlocks(collector.take())[1]).toBe(pieces[1]);
  });

  it("are let go of when nobody wants them", () => {
    const collector = new ByteCollector();
    collector.add(numbered(5000));
    collector.add(numbered(5));
    collector.clear();
    expect([collector.length, byteCount(collector.take())]).toEqual([0, 0]);
  });
});

describe("a long copy", () => {
  it("lets other work be done in between", async () => {
    const blocks = Array.from({ length: 40 }, () => new Uint8Array(MIB));
    let finished = false;
    const copied = toOnePiece(blocks).then(() => {
      finished = true;
    });
    const beforeItsEnd: boolean[] = [];
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      beforeItsEnd.push(finished);
    }
    await copied;
    expect(beforeItsEnd).toEqual(Array(10).fill(false));
  });
});
