import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bufferLines } from "../../../cli/log/buffered-lines.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      writes.push(chunk);
      done();
    },
  });
  return { writes, lines: bufferLines(stream) };
}

describe("bufferLines", () => {
  it("joins lines that come close together into one write", () => {
    const { writes, lines } = open();
    lines.write("a\n");
    lines.write("b\n");
    expect(writes).toEqual([]);
    vi.runAllTimers();
    lines.write("c\n");
    vi.runAllTimers();
    expect(writes).toEqual(["a\nb\n", "c\n"]);
  });

  it("writes at once when much is waiting", () => {
    const { writes, lines } = open();
    const line = `${"x".repeat(20_000)}\n`;
    lines.write(line);
    expect(writes).toEqual([line]);
  });

  it("writes what is left when told to, once, and leaves no timer", () => {
    const { writes, lines } = open();
    lines.write("a\n");
    lines.flush();
    lines.flush();
    expect([writes, vi.getTimerCount()]).toEqual([["a\n"], 0]);
  });
});
