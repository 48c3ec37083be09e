import { describe, expect, it } from "vitest";
import { nearestWord, suggestWord } from "../../src/core/nearest-word.js";

const KNOWN = ["port", "host", "max-body", "self-test", "serve", "MLSERVE_PORT"];

describe("nearestWord", () => {
  it.each([
    { name: "two letters swapped", word: "prot", meant: "port" },
    { name: "a letter too many", word: "sserve", meant: "serve" },
    { name: "a letter missing", word: "srve", meant: "serve" },
    { name: "another way of joining words", word: "maxBody", meant: "max-body" },
    { name: "underscores", word: "self_test", meant: "self-test" },
    { name: "a variable", word: "MLSERVE_PROT", meant: "MLSERVE_PORT" },
    { name: "a word that is like no other", word: "zzz", meant: undefined },
    { name: "a short word that only shares a letter", word: "pt", meant: undefined },
    { name: "nothing", word: "", meant: undefined },
    { name: "a text without end", word: "x".repeat(1e6), meant: undefined },
  ])("finds what was meant by $name", ({ word, meant }) => {
    expect(nearestWord(word, KNOWN)).toBe(meant);
  });

  it("takes no letter for another", () => {
    expect([nearestWord("s", ["p"]), nearestWord("V", ["-v"])]).toEqual([undefined, "-v"]);
  });

  it("asks for it in a sentence", () => {
    expect([suggestWord("prot", KNOWN), suggestWord("zzz", KNOWN)]).toEqual(["Did you mean port?", undefined]);
  });
});
