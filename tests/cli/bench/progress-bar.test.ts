import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgressBar } from "../../../cli/bench/progress-bar.js";

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

describe("createProgressBar", () => {
  it("fills by the time that was begun, and goes away", () => {
    const { stream, text } = record(true);
    let now = 0;
    const bar = createProgressBar(stream, 2000, { clock: () => now, quiet: false });
    bar.begin("a", 1000);
    now = 5000;
    bar.begin("b", 1000);
    bar[Symbol.dispose]();
    const clear = "\r\u001b[K";
    expect(text()).toBe(`${clear}${"░".repeat(24)} 0 %  a${clear}${"█".repeat(12)}${"░".repeat(12)} 50 %  b${clear}`);
  });

  it.each([
    { name: "nobody watches", isTTY: false, quiet: false },
    { name: "quiet was asked for", isTTY: true, quiet: true },
  ])("draws nothing where $name", ({ isTTY, quiet }) => {
    const { stream, text } = record(isTTY);
    const bar = createProgressBar(stream, 1000, { clock: () => 0, quiet });
    bar.begin("a", 1000);
    bar[Symbol.dispose]();
    expect(text()).toBe("");
  });
});
