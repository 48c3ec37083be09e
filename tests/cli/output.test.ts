import { relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND_LINE_MISTAKES } from "./mistakes/command-line.js";
import { fillFolder } from "./mistakes/folder.js";
import { IMAGE_MISTAKES } from "./mistakes/images.js";
import { INPUT_MISTAKES } from "./mistakes/inputs.js";
import { MODEL_MISTAKES } from "./mistakes/models.js";
import { openTerminal, type Terminal } from "./terminal.js";

const MISTAKES = [...COMMAND_LINE_MISTAKES, ...MODEL_MISTAKES, ...INPUT_MISTAKES, ...IMAGE_MISTAKES];

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  await fillFolder(terminal);
});
afterAll(() => terminal[Symbol.dispose]());

describe("what a person does wrong", () => {
  it.each(MISTAKES)("is told in one line: $name", async ({ argv, code, says, environment = {}, stdin = "" }) => {
    const line = says.replaceAll("{cwd}", relative(process.cwd(), terminal.cwd));
    const outcome = await terminal.run(argv, { stdin, environment });
    expect(outcome).toEqual({ code, stdout: "", stderr: `mlserve: error: ${line}\n`, left: [] });
  });

  it.each(MISTAKES)("is told as JSON too: $name", async ({ argv, code, says, environment = {}, stdin = "" }) => {
    const message = says.replaceAll("{cwd}", relative(process.cwd(), terminal.cwd));
    const outcome = await terminal.run(argv, { stdin, environment: { ...environment, MLSERVE_JSON: "1" } });
    expect(outcome).toMatchObject({ code, stdout: "", left: [] });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ message, exit_code: code });
  });
});
