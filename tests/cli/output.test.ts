import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND_LINE_MISTAKES } from "./mistakes/command-line.js";
import type { Mistake } from "./mistakes/mistake.js";
import { fixture } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

const MISTAKES: readonly Mistake[] = COMMAND_LINE_MISTAKES;

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
  cpSync(fixture("iris_zipmap"), join(terminal.cwd, "iris"), { recursive: true });
  writeFileSync(join(terminal.cwd, "iris.tar"), "");
});
afterAll(() => terminal[Symbol.dispose]());

describe("what a person does wrong", () => {
  it.each(MISTAKES)("is told in one line: $name", async ({ argv, code, says, environment, stdin = "" }) => {
    const outcome = await terminal.run(argv, { stdin, ...(environment === undefined ? {} : { environment }) });
    expect(outcome).toEqual({ code, stdout: "", stderr: `mlserve: error: ${says}\n`, left: [] });
  });
});
