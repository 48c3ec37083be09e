import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS, type CommandName, commandNames } from "../../cli/commands.js";
import { hasShell } from "../cli/completion/shells.js";
import { IRIS_ANSWER } from "../cli/models.js";
import { CLI, openWorkplace, ROOT, type Workplace } from "./built-cli.js";

/** What the examples of the help name, and a program `mlserve` on the path. */
let workplace: Workplace;
let path: string;

beforeAll(async () => {
  workplace = openWorkplace();
  const { cwd } = workplace;
  cpSync(join(ROOT, "examples/iris/model"), join(cwd, "iris"), { recursive: true });
  cpSync(join(ROOT, "examples/iris/request.json"), join(cwd, "request.json"));
  for (const name of ["iris.tar", "iris-1.tar", "iris-2.tar"])
    expect(await workplace.run(["pack", "iris", "-o", name])).toMatchObject({ code: 0, stderr: "" });
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "mlserve"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(join(bin, "mlserve"), 0o755);
  path = `${bin}:${process.env.PATH}`;
});
afterAll(() => workplace[Symbol.dispose]());

/** As short as it can be: what is measured is of no interest here. */
const SHORT_BENCH = { MLSERVE_DURATION: "200ms", MLSERVE_WARM_UP: "0", MLSERVE_CONNECTIONS: "1" };

interface Shown {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Pastes a line into a shell, as a person does. */
async function paste(line: string, shell = "sh"): Promise<Shown> {
  const env = { PATH: path, HOME: workplace.cwd, TMPDIR: workplace.cwd, ...SHORT_BENCH };
  const child = spawn(shell, ["-c", line], { cwd: workplace.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  return { code, stdout, stderr };
}

/** What the first example of a command has to say, for those that end by themselves; each finds what those before it made. */
const SHOWS: Readonly<Partial<Record<CommandName, RegExp>>> = {
  pack: /^packed iris into iris\.tar\n[\s\S]*next: mlserve serve iris\.tar\n$/,
  predict: /^\{"predictions":\[/,
  inspect: /^iris\n {2}flavors +onnx, python_function\n/,
  validate: /^iris\.tar: valid\n$/,
  test: /^ {2}passed {2}self-test\n1 passed\n$/,
  keygen: /^wrote team\.key, /,
  sign: /^signed iris\.tar with [0-9a-f]{64}\n$/,
  verify: /^iris is signed by [0-9a-f]{64}, /,
  init: /^made my-model from the template function: [\s\S]*npm install\n/,
  bench: /^ {2}sent +the model's input example, \d+ B\n/,
  diff: /^iris-1\.tar and iris-2\.tar are the same\n$/,
  dockerfile: /^FROM /,
  manifest: /iris\.yaml/,
  doctor: /^ {2}ok +node +\d+/,
};

const firstOf = (name: CommandName): string => COMMANDS[name].examples[0] ?? "";

describe("the first example in the help of", () => {
  it.each(Object.entries(SHOWS))("%s does what it is there for", async (name, shows) => {
    const { code, stdout, stderr } = await paste(firstOf(name as CommandName));
    // The port that doctor looks at may be another's.
    expect({ code, stderr }).toEqual(
      name === "doctor" ? { code: expect.toBeOneOf([0, 5]), stderr: expect.any(String) } : { code: 0, stderr: "" },
    );
    expect(stdout).toMatch(shows);
  });

  it("serve answers requests until it is stopped", async () => {
    const [, ...args] = firstOf("serve").split(" ");
    const server = workplace.start(args, { environment: { MLSERVE_PORT: "0", MLSERVE_LOG_LEVEL: "warn" } });
    const [url = ""] = await server.find(/http:\/\/127\.0\.0\.1:\d+/);
    const body = readFileSync(join(workplace.cwd, "request.json"));
    const answer = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await answer.json()).toMatchObject({ predictions: [IRIS_ANSWER.predictions[0], {}] });
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, stderr: "", left: [] });
  });

  it.runIf(hasShell("bash"))("completion makes bash complete", async () => {
    const { code, stdout, stderr } = await paste(`${firstOf("completion")}\ncomplete -p mlserve`, "bash");
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "complete -o default -F _mlserve mlserve\n",
      stderr: "",
    });
  });

  it("every command is run by one of these, but for those that need a registry, an engine or a server", () => {
    const others: readonly CommandName[] = [
      "serve",
      "completion",
      "build-docker",
      "build-image",
      "push",
      "pull",
      "health",
    ];
    expect([...Object.keys(SHOWS), ...others].sort()).toEqual(commandNames().sort());
  });
});
