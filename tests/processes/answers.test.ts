import { describe, expect, it } from "vitest";
import { Answers } from "../../src/processes/answers.js";

describe("answers", () => {
  it("go to their questions, in whatever order they come", async () => {
    const answers = new Answers<string>();
    const numbers: number[] = [];
    const asked = ["first", "second"].map(() => answers.ask((id) => numbers.push(id)));
    const [first = 0, second = 0] = numbers;
    answers.settle(second, "b");
    answers.settle(first, "a");
    answers.settle(first, "again");
    expect(await Promise.all(asked)).toEqual(["a", "b"]);
  });
});
