import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompletionPlace, hasShell, openCompletion } from "./shells.js";

/** What bash offers for the last of these words: its own words, or "files" where it goes on with those. */
const ASK = `
ask() {
  COMP_WORDS=("$@"); COMP_CWORD=$((COMP_CWORD = $# - 1))
  fallback=files
  compopt() { fallback=nothing; }
  _mlserve
  if [[ \${#COMPREPLY[@]} -gt 0 ]]; then printf '%s\\n' "\${COMPREPLY[@]}"; else echo "<$fallback>"; fi
}`;

describe.runIf(hasShell("bash"))("completion in bash", () => {
  let bash: CompletionPlace;
  beforeAll(async () => {
    bash = await openCompletion("bash", `source "$SCRIPT"${ASK}`);
  });
  afterAll(() => bash[Symbol.dispose]());

  it.each([
    { line: "mlserve ser", offers: ["serve"] },
    { line: "mlserve --v", offers: ["--version"] },
    { line: "mlserve help val", offers: ["validate"] },
    { line: "mlserve serve --max-bo", offers: ["--max-body"] },
    { line: "mlserve pack m.onnx --no-se", offers: ["--no-self-test"] },
    { line: "mlserve serve --coercion ", offers: ["safe", "mlflow"] },
    { line: "mlserve serve --coercion = m", offers: ["mlflow"] },
    { line: "mlserve serve --coercion =", offers: ["safe", "mlflow"] },
    { line: "mlserve --json serve --log-level s", offers: ["silent"] },
    { line: "mlserve completion ", offers: ["bash", "zsh", "fish"] },
    { line: "mlserve serve ir", offers: ["<files>"] },
    { line: "mlserve predict iris.tar -i ", offers: ["<files>"] },
    { line: "mlserve serve --port ", offers: ["<nothing>"] },
    { line: "mlserve zzz", offers: ["<nothing>"] },
  ])("offers $offers for '$line'", ({ line, offers }) => {
    const words = line.split(" ").map((word) => `'${word}'`);
    expect(bash.lines(`ask ${words.join(" ")}`)).toEqual(offers);
  });

  it("is registered for the program", () => {
    expect(bash.lines("complete -p mlserve")).toEqual(["complete -o default -F _mlserve mlserve"]);
  });
});
