import { describe, expect, it } from "vitest";
import { createKeyFinder, parseApiKeys } from "../../../src/serve/access/api-keys.js";

const FIRST = "0123456789abcdef";
const SECOND = "fedcba9876543210";

describe("parseApiKeys", () => {
  it("reads names and keys, and keys without a name, and skips what is said to people", () => {
    expect(parseApiKeys(`# ours\r\nteam-a ${FIRST}\n\n  ${SECOND}  \n`, "keys")).toEqual([
      { name: "team-a", key: FIRST },
      { name: "line 4", key: SECOND },
    ]);
  });

  it.each([
    { name: "a file without keys", text: "# none\n", message: "keys: expected at least one key" },
    { name: "a short key", text: `a ${FIRST}\nb short\n`, message: "keys, line 2: expected a key of at least 16" },
    { name: "a third word", text: `a ${FIRST} b\n`, message: "keys, line 1: expected a name and a key" },
    { name: "a name twice", text: `a ${FIRST}\na ${SECOND}\n`, message: 'keys: "a" names two keys' },
  ])("refuses $name, and tells no key", ({ text, message }) => {
    const read = () => parseApiKeys(text, "keys");
    expect(read).toThrow(message);
    expect(read).not.toThrow(FIRST);
  });
});

describe("createKeyFinder", () => {
  const find = createKeyFinder(parseApiKeys(`a ${FIRST}\nb ${SECOND}\n`, "keys"));

  it("knows each key by its name", () => {
    expect([find(FIRST), find(SECOND)]).toEqual(["a", "b"]);
  });

  it.each(["", FIRST.slice(1), `${FIRST}0`, FIRST.toUpperCase(), "a"])("does not know %j", (presented) => {
    expect(find(presented)).toBeUndefined();
  });
});
