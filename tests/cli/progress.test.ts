import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress } from "../../cli/progress.js";

function record(isTTY: boolean): { stream: Writable & { isTTY: boolean }; text(): string } {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString("utf8");
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => text };
}

/** Updates at these milliseconds, one MB of ten after another. */
function updateAt(times: readonly number[], isTTY: boolean): string {
  const { stream, text } = record(isTTY);
  let now = 0;
  const progress = createProgress(stream, "packing", () => now);
  times.forEach((time, i) => {
    now = time;
    progress.update((i + 1) * 1e6, 10e6);
  });
  progress.clear();
  return text();
}

describe("createProgress", () => {
  it.each([
    { name: "nothing of work that is done within a second", times: [10, 500, 990], isTTY: true, text: "" },
    { name: "long work", times: [500, 1000], isTTY: true, text: "\r\u001b[Kpacking 2.0 MB of 10 MB (20 %)\r\u001b[K" },
    {
      name: "ten times a second at most",
      times: [1000, 1050, 1099],
      isTTY: true,
      text: "\r\u001b[Kpacking 1.0 MB of 10 MB (10 %)\r\u001b[K",
    },
    { name: "nothing where nobody watches", times: [1000, 5000], isTTY: false, text: "" },
  ])("tells $name", ({ times, isTTY, text }) => {
    expect(updateAt(times, isTTY)).toBe(text);
  });
});
