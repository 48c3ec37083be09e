import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgressLine, type ProgressLine } from "../../cli/progress.js";
import type { WorkProgress } from "../../src/core/progress.js";

const CLEAR = "\r\u001b[K";

/** A line on a terminal of so many columns, and a clock that stands still until it is set. */
function openLine(columns = 80): { line: ProgressLine; at(milliseconds: number): void; lines(): string[] } {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString("utf8");
      done();
    },
  });
  let now = 0;
  const line = createProgressLine(Object.assign(stream, { isTTY: true, columns }), () => now);
  return { line, at: (milliseconds) => (now = milliseconds), lines: () => text.split(CLEAR).slice(1) };
}

const MB = 1e6;
const packed = (done: number): WorkProgress => ({ work: "pack", done: done * MB, total: 100 * MB });

type Told = readonly [at: number, progress: WorkProgress, note?: string];

const CASES: readonly { name: string; told: readonly Told[]; lines: readonly string[] }[] = [
  {
    name: "nothing of work that is done within a second",
    told: [
      [10, packed(1)],
      [500, packed(50)],
      [990, packed(99)],
    ],
    lines: [],
  },
  {
    name: "bytes, their rate and the time that is left",
    told: [
      [0, packed(0)],
      [2000, packed(20)],
    ],
    lines: ["packing 20 MB of 100 MB (20 %), 10 MB/s, 8 s left", ""],
  },
  {
    name: "ten times a second at most",
    told: [
      [0, packed(0)],
      [2000, packed(20)],
      [2050, packed(21)],
      [2099, packed(22)],
      [2100, packed(23)],
    ],
    lines: [
      "packing 20 MB of 100 MB (20 %), 10 MB/s, 8 s left",
      "packing 23 MB of 100 MB (23 %), 11 MB/s, 8 s left",
      "",
    ],
  },
  {
    name: "what comes next at once, as it may keep the process busy",
    told: [
      [0, packed(0)],
      [2000, packed(100)],
      [2001, { work: "self_test" }],
    ],
    lines: ["packing 100 MB of 100 MB (100 %), 50 MB/s", "running the self-test, 0 s", ""],
  },
  {
    name: "work that counts nothing by its time",
    told: [
      [0, { work: "load" }],
      [70_500, { work: "load" }],
    ],
    lines: ["loading the model, 1 min 11 s", ""],
  },
  {
    name: "no rate of what has only begun",
    told: [
      [0, packed(0)],
      [5000, { work: "check", done: 10 * MB, total: 50 * MB }],
    ],
    lines: ["checking files 10 MB of 50 MB (20 %)", ""],
  },
  {
    name: "bytes of a pipe, which has no end in sight",
    told: [
      [0, { work: "score", done: 0 }],
      [4000, { work: "score", done: 8 * MB }, "1,000 rows"],
    ],
    lines: ["scoring 8.0 MB, 1,000 rows, 2.0 MB/s", ""],
  },
  {
    name: "tests",
    told: [
      [0, { work: "test", done: 0, total: 40 }],
      [3000, { work: "test", done: 10, total: 40 }],
    ],
    lines: ["testing 10 of 40 (25 %), 9 s left", ""],
  },
];

describe("createProgressLine", () => {
  it.each(CASES)("tells $name", ({ told, lines }) => {
    const opened = openLine();
    for (const [at, progress, note] of told) {
      opened.at(at);
      opened.line.show(progress, note);
    }
    opened.line.end();
    expect(opened.lines()).toEqual(lines);
  });

  it("keeps to one line of a narrow terminal", () => {
    const opened = openLine(20);
    opened.line.show(packed(0));
    opened.at(2000);
    opened.line.show(packed(20));
    opened.line.end();
    expect(opened.lines()).toEqual(["packing 20 MB of 10", ""]);
  });

  it("makes room for what is printed, and comes back", () => {
    const opened = openLine();
    opened.line.show(packed(0));
    opened.at(2000);
    opened.line.show(packed(20));
    opened.line.clear();
    opened.line.clear();
    opened.at(4000);
    opened.line.show(packed(50));
    expect(opened.lines()).toHaveLength(3);
    opened.line.end();
  });
});
