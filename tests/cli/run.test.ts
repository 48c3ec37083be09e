import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../cli/commands.js";
import { readVersion } from "../../src/core/installed-version.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
});
afterAll(() => terminal[Symbol.dispose]());

const NO_MODEL = "Expected a package (.tar or .tar.gz), or the folder of a model. See mlserve inspect --help";

const MISTAKES = [
  {
    name: "an unknown command",
    argv: ["sevre", "m"],
    says: "unknown command 'sevre'. Did you mean serve? See mlserve --help",
  },
  {
    name: "an unknown flag",
    argv: ["serve", "m", "--prot", "1"],
    says: "unknown option '--prot'. Did you mean --port? See mlserve serve --help",
  },
  {
    name: "a flag that is like no other",
    argv: ["pack", "m", "--zzz"],
    says: "unknown option '--zzz'. See mlserve pack --help",
  },
  { name: "an unknown flag of the program", argv: ["--prot"], says: "unknown option '--prot'. See mlserve --help" },
  {
    name: "a flag without its value",
    argv: ["serve", "m", "--port"],
    says: "option '-p, --port <PORT>' argument missing. See mlserve serve --help",
  },
  { name: "no model", argv: ["inspect"], says: `missing argument <model>. ${NO_MODEL}` },
  {
    name: "two models",
    argv: ["inspect", "a", "b"],
    says: "too many arguments for 'inspect'. Expected 1 argument but got 2. See mlserve inspect --help",
  },
  {
    name: "an invalid port",
    argv: ["serve", "m", "--port", "http"],
    says: "--port: expected a whole number from 0 to 65535",
  },
  {
    name: "an invalid size",
    argv: ["serve", "m", "--max-body", "huge"],
    says: "--max-body: expected a size such as 500KB, 32MB or 1GiB",
  },
];

describe("the command line", () => {
  it.each([[["--help"]], [["-h"]], [["help"]], [[]]])("shows all commands for %j", async (argv) => {
    const { code, stdout, stderr } = await terminal.run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [name, { summary }] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^ +${name} .*${summary}$`, "m"));
  });

  it.each(["--version", "-V"])("prints its version for %s", async (flag) => {
    expect(await terminal.run([flag])).toMatchObject({ code: 0, stdout: `${readVersion()}\n`, stderr: "" });
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
    for (const columns of [80, 100]) {
      const { stdout } = await terminal.run([name, "--help"], { columns });
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  it.each(MISTAKES)("says in one line what is wrong with $name", async ({ argv, says }) => {
    expect(await terminal.run(argv)).toEqual({ code: 2, stdout: "", stderr: `mlserve: error: ${says}\n`, left: [] });
  });

  it("names the variable whose value is wrong", async () => {
    const outcome = await terminal.run(["serve", "m"], { environment: { MLSERVE_SHUTDOWN_GRACE: "later" } });
    expect(outcome.stderr).toBe(
      "mlserve: error: MLSERVE_SHUTDOWN_GRACE: expected a time such as 250ms, 30s or 5m, up to 24 days\n",
    );
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
    expect(stderr).toBe("mlserve: error: unknown option '--\\u001b[31m next'. See mlserve serve --help\n");
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
