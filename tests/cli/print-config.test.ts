import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeOptions, type OptionDescription } from "../../src/config/describe.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeEach(() => {
  terminal = openTerminal();
});
afterEach(() => terminal[Symbol.dispose]());

const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(terminal.cwd, name), text);

describe("--print-config", () => {
  it("shows each value and where it is from, without a model", async () => {
    write("mlserve.yaml", "port: 9000\nserve:\n  log-level: warn\n  max-body: 1MB\n");
    const { code, stdout, stderr } = await terminal.run(["serve", "--print-config", "--max-body", "2MB"], {
      environment: { MLSERVE_LOG_LEVEL: "debug" },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ {2}host +127\.0\.0\.1 +default$/m);
    expect(stdout).toMatch(/^ {2}port +9000 +mlserve\.yaml: line 1: port$/m);
    expect(stdout).toMatch(/^ {2}max-body +2MB +--max-body$/m);
    expect(stdout).toMatch(/^ {2}log-level +debug +MLSERVE_LOG_LEVEL$/m);
  });

  it("answers as JSON", async () => {
    write("own.yaml", "pack:\n  metadata: [team=a]\n  self-test: off\n");
    const { stdout } = await terminal.run(["pack", "--print-config", "--json", "--config", "own.yaml"]);
    const { command, file, options } = JSON.parse(stdout);
    expect({ command, file }).toEqual({ command: "pack", file: "own.yaml" });
    expect(options).toContainEqual({
      name: "metadata",
      value: ["team=a"],
      origin: "file",
      source: "own.yaml: line 2: metadata",
    });
    expect(options).toContainEqual({
      name: "self-test",
      value: false,
      origin: "file",
      source: "own.yaml: line 3: self-test",
    });
    expect(options).toContainEqual({ name: "output", value: null, origin: "default", source: null });
  });
});

describe("a file that lies where a command runs", () => {
  it("runs no code that it names, but for who names the file", async () => {
    write("mine.mjs", 'process.stderr.write("ran");');
    write("mlserve.yaml", "flavor: ./mine.mjs\n");
    const { code, stderr } = await terminal.run(["inspect", "model"]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("it names code to run") });
    const named = await terminal.run(["inspect", "--print-config", "--config", "mlserve.yaml"]);
    expect(named.stdout).toMatch(/^ {2}flavor +\.\/mine\.mjs +mlserve\.yaml: line 1: flavor$/m);
  });

  it("is not read with --no-config, nor is the one that a variable names", async () => {
    write("mlserve.yaml", "prot: 1\n");
    const environment = { MLSERVE_CONFIG: "mlserve.yaml" };
    const { code, stdout } = await terminal.run(["serve", "--print-config", "--no-config"], { environment });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}config +(-|none)? +--no-config$/m);
  });
});

describe("a switch that is on", () => {
  const turnOff = [
    { name: "its flag", argv: ["--no-self-test"], environment: {}, source: "--no-self-test" },
    { name: "its variable", argv: [], environment: { MLSERVE_SELF_TEST: "0" }, source: "MLSERVE_SELF_TEST" },
  ];

  it.each(turnOff)("is turned off by $name", async ({ argv, environment, source }) => {
    const { stdout } = await terminal.run(["pack", "--print-config", ...argv], { environment });
    expect(stdout).toMatch(new RegExp(`^ {2}self-test +false +${source}$`, "m"));
  });

  it("is on where nothing is said", async () => {
    const { stdout } = await terminal.run(["pack", "--print-config"]);
    expect(stdout).toMatch(/^ {2}self-test +true +default$/m);
  });
});

describe("the configuration file", () => {
  it.each([
    { name: "--config", argv: ["--config", "other.yaml"], environment: {} },
    { name: "MLSERVE_CONFIG", argv: [], environment: { MLSERVE_CONFIG: "other.yaml" } },
  ])("is the one that $name names", async ({ argv, environment }) => {
    write("mlserve.yaml", "port: 1\n");
    write("other.yaml", "port: 2\n");
    const { stdout } = await terminal.run(["serve", "--print-config", ...argv], { environment });
    expect(stdout).toMatch(/^ {2}port +2 +other\.yaml: line 1: port$/m);
  });

  it.each([
    {
      name: "a value that is wrong",
      text: "serve:\n  port: http\n",
      says: "mlserve.yaml: line 2: port: expected a whole",
    },
    {
      name: "a key that nobody knows",
      text: "prot: 1\n",
      says: 'mlserve.yaml: line 1: unknown key "prot". Did you mean',
    },
    { name: "bytes that are no text", text: Uint8Array.of(0x70, 0xff), says: "mlserve.yaml: not text in UTF-8" },
    { name: "a file that is far too large", text: "#".repeat(1024 * 1024 + 1), says: "mlserve.yaml: larger than" },
  ])("is refused for $name", async ({ text, says }) => {
    write("mlserve.yaml", text);
    const { code, stdout, stderr } = await terminal.run(["serve", "m"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`mlserve: error: ${says}`);
  });

  it("must be there when it is named, and be a file", async () => {
    mkdirSync(join(terminal.cwd, "folder"));
    const [missing, folder] = [
      await terminal.run(["inspect", "m", "--config", "none.yaml"]),
      await terminal.run(["inspect", "m", "--config", "folder"]),
    ];
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("none.yaml: no such file. Check --config"),
    });
    expect(folder).toMatchObject({ code: 2, stderr: expect.stringContaining("folder: expected a file") });
  });

  it("decides how errors are told", async () => {
    write("mlserve.yaml", "json: true\n");
    const { code, stderr } = await terminal.run(["inspect"]);
    expect({ code, kind: JSON.parse(stderr).kind }).toEqual({ code: 2, kind: "usage" });
  });

  it("is named by --verbose", async () => {
    write("mlserve.yaml", "port: 1\n");
    const { stderr } = await terminal.run(["serve", "--print-config", "--verbose"]);
    expect(stderr).toBe("mlserve: options from mlserve.yaml\n");
  });
});

describe("a variable that nobody knows", () => {
  const environment = { MLSERVE_PROT: "1" };

  it("is a warning", async () => {
    const { code, stderr } = await terminal.run(["serve", "--print-config"], { environment });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "mlserve: warning: MLSERVE_PROT is no variable of mlserve, and is ignored. Did you mean MLSERVE_PORT?\n",
    });
  });

  it.each(["--quiet", "--json"])("is not told with %s", async (flag) => {
    expect(await terminal.run(["serve", "--print-config", flag], { environment })).toMatchObject({
      code: 0,
      stderr: "",
    });
  });
});

/** A value that each option takes, by what stands for it in the help. */
const SAMPLES: Readonly<Record<string, string>> = {
  ADDRESS: "localhost",
  COUNT: "2",
  COUNTS: "1,2",
  FILE: "./some.js",
  IMAGE: "node:22",
  HOSTS: "example.org",
  "KEY=TEXT": "team=forecast",
  LENGTH: "4096",
  LEVELS: "32",
  "MODEL|URL": "other.tar",
  MS: "2",
  NAME: "some",
  "NAME:TAG": "iris:1",
  "NAME=TEXT": "team=forecast",
  NAMES: "id",
  "NAME|FILE": "onnx",
  ORIGINS: "https://app.example",
  PORT: "9000",
  RATE: "100/s",
  REFERENCE: "registry.example/iris:1",
  SIZE: "1MB",
  TIME: "2s",
  "UID:GID": "1000:1000",
};

/** These decide how the answer is told, or where options come from; a key is a secret, which only a variable may hold. */
const APART: readonly string[] = ["json", "quiet", "verbose", "config", "printConfig", "apiKey"];

function sampleOf({ flag, placeholder, completes, default: preset }: OptionDescription): string {
  if (placeholder === undefined) return preset === "true" ? "false" : "true";
  const sample = typeof completes === "string" ? SAMPLES[placeholder] : completes.at(-1);
  if (sample === undefined) throw new Error(`SAMPLES needs a value for ${placeholder} of ${flag}`);
  return sample;
}

function flagsOf(option: OptionDescription): string[] {
  if (option.placeholder !== undefined) return [option.flag, sampleOf(option)];
  return [sampleOf(option) === "true" ? option.flag : (option.negatedFlag ?? "")];
}

describe.each(Object.entries(COMMAND_OPTIONS))("every option of %s", (name, schema) => {
  const options = describeOptions(schema).filter(({ key }) => !APART.includes(key));
  const file = options.map((option) => `  ${option.name}: ${JSON.stringify(sampleOf(option))}\n`).join("");
  const variables = Object.fromEntries(options.map((option) => [option.variable, sampleOf(option)]));
  const flags = options.flatMap(flagsOf);
  const values = options.map((option) => [
    option.name,
    option.placeholder === undefined ? sampleOf(option) === "true" : expect.anything(),
  ]);
  const SOURCES = [
    { origin: "file", environment: {}, argv: [] },
    { origin: "environment", environment: variables, argv: [] },
    { origin: "flag", environment: variables, argv: flags },
  ];

  it.each(SOURCES)("is taken from its $origin before what is weaker", async ({ origin, environment, argv }) => {
    write("all.yaml", options.length === 0 ? "" : `${name}:\n${file}`);
    const { code, stdout } = await terminal.run([name, ...argv, "--config", "all.yaml", "--print-config", "--json"], {
      environment,
    });
    const told: { name: string; value: unknown; origin: string }[] = JSON.parse(stdout).options;
    const asked = told.filter((option) => options.some((other) => other.name === option.name));
    expect(code).toBe(0);
    expect(asked.map((option) => [option.name, option.value])).toEqual(values);
    expect(asked.filter((option) => option.origin !== origin)).toEqual([]);
  });
});
