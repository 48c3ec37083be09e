import { describe, expect, it } from "vitest";
import { rememberRecent } from "../../src/http/recent.js";

function create() {
  const made: string[] = [];
  const lengthOf = rememberRecent((text) => {
    made.push(text);
    if (text === "bad") throw new Error("bad");
    return text === "none" ? null : text.length;
  });
  return { made, lengthOf };
}

describe("what was made of a text", () => {
  it("is made once", () => {
    const { made, lengthOf } = create();
    expect(["a", "bc", "a", "none", "none"].map(lengthOf)).toEqual([1, 2, 1, null, null]);
    expect(made).toEqual(["a", "bc", "none"]);
  });

  it("is made again for a long text, and where it was an error", () => {
    const { made, lengthOf } = create();
    const long = "x".repeat(2000);
    expect([lengthOf(long), lengthOf(long)]).toEqual([2000, 2000]);
    for (const _ of [1, 2]) expect(() => lengthOf("bad")).toThrow("bad");
    expect(made).toEqual([long, long, "bad", "bad"]);
  });

  it("is forgotten when too many other texts came", () => {
    const { made, lengthOf } = create();
    lengthOf("first");
    for (let i = 0; i < 300; i++) lengthOf(`other ${i}`);
    lengthOf("first");
    expect(made.filter((text) => text === "first")).toHaveLength(2);
  });
});
