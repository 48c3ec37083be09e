import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLineBuffer } from "../../cli/line-buffer.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const stderr = new PassThrough();
  const written: string[] = [];
  stderr.on("data", (chunk) => written.push(String(chunk)));
  let end = (): void => {};
  const lines = createLineBuffer({
    stderr,
    atExit: (cleanup) => {
      end = cleanup;
    },
  });
  return { lines, written, end: () => end() };
}

describe("lines of the log", () => {
  it("leave together, soon after the first of them", () => {
    const { lines, written } = open();
    for (const line of ["a\n", "b\n"]) lines.write(line);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(20);
    lines.write("c\n");
    vi.advanceTimersByTime(20);
    expect(written).toEqual(["a\nb\n", "c\n"]);
  });

  it("do not wait when they are many", () => {
    const { lines, written } = open();
    const long = `${"x".repeat(20_000)}\n`;
    lines.write(long);
    expect(written.join("")).toBe(long);
  });

  it("keep their order around one that is longer than the buffer, and every character", () => {
    const { lines, written } = open();
    const texts = ["ä€😀\n", `${"é".repeat(20_000)}\n`, "z\n"];
    for (const text of texts) lines.write(text);
    vi.advanceTimersByTime(20);
    expect(written.join("")).toBe(texts.join(""));
  });

  it("are whole, however many come at once", () => {
    const { lines, written } = open();
    const texts = Array.from({ length: 2000 }, (_, i) => `${i} ${"x".repeat(i % 97)}\n`);
    for (const text of texts) lines.write(text);
    vi.advanceTimersByTime(20);
    expect(written.join("")).toBe(texts.join(""));
  });

  it("leave when the process ends", () => {
    const { lines, written, end } = open();
    lines.write("last\n");
    end();
    expect(written).toEqual(["last\n"]);
  });
});
