import { describe, expect, it } from "vitest";
import { layoutRows, wrapText } from "../../cli/layout.js";

describe("wrapText", () => {
  it.each([
    { name: "a short text", text: "one two", lines: ["one two"] },
    { name: "words that fill a line", text: "one two three", lines: ["one two", "three"] },
    { name: "a word wider than a line", text: "a extraordinary b", lines: ["a", "extraordinary", "b"] },
  ])("lays out $name", ({ text, lines }) => {
    expect(wrapText(text, 8)).toEqual(lines);
  });
});

describe("layoutRows", () => {
  it("wraps meanings under themselves, and gives a wide term a line of its own", () => {
    const rows = layoutRows(
      [
        ["-p", "port to listen on, free"],
        ["--long-name", "an address"],
      ],
      { width: 30, column: 6 },
    );
    expect(rows).toEqual(["  -p      port to listen on,", "          free", "  --long-name", "          an address"]);
  });
});
