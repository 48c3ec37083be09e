import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/commands.js";
import { readVersion } from "../../src/core/installed-version.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
});
afterAll(() => terminal[Symbol.dispose]());

const NO_MODEL =
  "Expected a package (.tar or .tar.gz), the folder of a model, or oci://NAME:TAG. See mlserve inspect --help";

/** The examples of the help, each with its words behind `mlserve`, as a shell parts them. */
function examples(): (readonly [line: string, words: readonly string[]])[] {
  const lines = Object.values(COMMANDS).flatMap((command) => command.examples);
  return lines.map((line) => {
    const [, after = ""] = /mlserve (.*?)(?: [>#].*|\)"?(?: .*)?)?$/.exec(line) ?? [];
    return [line, Array.from(after.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "")];
  });
}

describe("the command line", () => {
  it.each([[["--help"]], [["-h"]], [["help"]], [[]]])("shows all commands for %j", async (argv) => {
    const { code, stdout, stderr } = await terminal.run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [name, { summary }] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^ +${name} .*${summary}$`, "m"));
  });

  it.each(["--version", "-V"])("prints its version for %s", async (flag) => {
    expect(await terminal.run([flag])).toMatchObject({ code: 0, stdout: `${readVersion()}\n`, stderr: "" });
    const { stdout } = await terminal.run([flag, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ version: readVersion() });
  });

  it.each(Object.keys(COMMANDS).flatMap((name) => [[[name, "--help"]], [["help", name]]]))(
    "shows options and examples for %j",
    async (argv) => {
      const { code, stdout, stderr } = await terminal.run(argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^Common options:\n {2}--json +print the result, and any error, as JSON$/m);
      expect(stdout).toMatch(/\nExamples:\n {2}.*mlserve /);
      expect(stdout).not.toContain("--no-verbose");
    },
  );

  it.each(Object.keys(COMMANDS))("keeps the help of %s within the columns that there are", async (name) => {
    for (const columns of [60, 80, 100, 200]) {
      const { stdout } = await terminal.run([name, "--help"], { columns });
      const [text = ""] = stdout.split("\nExamples:\n");
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 100));
    }
  });

  it.each(Object.entries(COMMANDS))("keeps the examples of %s within 80 columns", (_name, { examples }) => {
    expect(examples.filter((line) => line.length > 78)).toEqual([]);
  });

  it.each(examples())("takes the example %j", async (_line, words) => {
    const { code, stderr } = await terminal.run([...words, "--print-config"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("takes a terminal that does not know its width for one of 80 columns", async () => {
    const [unknown, usual] = [
      await terminal.run(["serve", "--help"], { columns: 0 }),
      await terminal.run(["serve", "--help"], { columns: 80 }),
    ];
    expect(unknown).toEqual(usual);
  });

  it("colours help on a terminal only, without changing how wide it is", async () => {
    for (const argv of [[], ["serve", "--help"]]) {
      const plain = await terminal.run(argv, { columns: 80 });
      const colored = await terminal.run(argv, { columns: 80, tty: true });
      expect(plain.stdout).not.toContain("\u001b");
      expect(colored.stdout).toContain("\u001b[1mUsage:\u001b[0m mlserve ");
      expect(stripVTControlCharacters(colored.stdout)).toBe(plain.stdout);
    }
  });

  it.each([
    { name: "the flag", argv: ["inspect", "--json"], environment: {} },
    { name: "the variable", argv: ["inspect"], environment: { MLSERVE_JSON: "1" } },
  ])("tells an error as JSON with $name", async ({ argv, environment }) => {
    const { code, stdout, stderr } = await terminal.run(argv, { environment });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n")).toHaveLength(2);
    expect(JSON.parse(stderr)).toEqual({
      error_code: "INTERNAL_ERROR",
      message: `missing argument <model>. ${NO_MODEL}`,
      kind: "usage",
      hint: NO_MODEL,
      exit_code: 2,
    });
  });

  it("keeps control characters of an argument off the terminal", async () => {
    const { stderr } = await terminal.run(["serve", "m", "--\u001b[31m\nnext"]);
    expect(stderr).toBe('mlserve: error: unknown option "--\\u001b[31m\\nnext". See mlserve serve --help\n');
  });

  it.each([
    { name: "a terminal", options: { tty: true }, coloured: true },
    { name: "a terminal with NO_COLOR", options: { tty: true, environment: { NO_COLOR: "1" } }, coloured: false },
    {
      name: "a terminal with an empty NO_COLOR",
      options: { tty: true, environment: { NO_COLOR: "" } },
      coloured: true,
    },
    { name: "a file", options: { tty: false }, coloured: false },
    { name: "a file with FORCE_COLOR", options: { environment: { FORCE_COLOR: "1" } }, coloured: true },
    {
      name: "a terminal with FORCE_COLOR=0",
      options: { tty: true, environment: { FORCE_COLOR: "0" } },
      coloured: false,
    },
  ])("colours its errors on $name: $coloured", async ({ options, coloured }) => {
    const { stderr } = await terminal.run(["sevre"], options);
    expect(stderr.includes("\u001b[31m")).toBe(coloured);
  });
});
