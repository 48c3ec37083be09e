import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  writeFileSync(join(terminal.cwd, "script"), (await terminal.run(["completion", "bash"])).stdout);
});
afterAll(() => terminal[Symbol.dispose]());

/** What bash itself offers for the last word. */
function complete(...words: string[]): string[] {
  const script = `source ./script
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
    _mlserve
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const answer = execFileSync("bash", ["-c", script, "bash", "mlserve", ...words], {
    cwd: terminal.cwd,
    encoding: "utf8",
  });
  return answer.split("\n").filter((line) => line !== "");
}

const CASES = [
  { words: ["s"], offers: ["serve"] },
  { words: ["serve", "--log"], offers: ["--log-level"] },
  { words: ["serve", "m", "--log-level", ""], offers: ["debug", "info", "warn", "error", "silent"] },
  { words: ["serve", "m", "--log-level", "w"], offers: ["warn"] },
  { words: ["pack", "--no"], offers: ["--no-self-test"] },
  { words: ["serve", "--no"], offers: ["--nonfinite", "--no-access-log"] },
  { words: ["serve", "-p", ""], offers: [] },
  { words: ["completion", ""], offers: ["bash", "zsh", "fish"] },
  { words: ["zzz"], offers: [] },
];

describe("mlserve completion", () => {
  it.each(CASES)("makes bash offer $offers for $words", ({ words, offers }) => {
    expect(complete(...words)).toEqual(offers);
  });

  it.each(["zsh", "fish"])("prints a script for %s that knows every command", async (shell) => {
    const { code, stdout } = await terminal.run(["completion", shell]);
    expect(code).toBe(0);
    for (const word of ["pack", "serve", "predict", "inspect", "validate", "max-body"]) expect(stdout).toContain(word);
  });

  it("refuses another shell", async () => {
    const { code, stderr } = await terminal.run(["completion", "cmd"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "mlserve: error: shell: expected one of bash, zsh, fish\n" });
  });
});
