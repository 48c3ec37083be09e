import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

interface Block {
  readonly language: string;
  readonly text: string;
}

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const BLOCKS: readonly Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = "", text = ""]) => ({ language, text }),
);

/** Commands that other tests run, since they install or would run this very test. */
const PROVED_ELSEWHERE: Readonly<Record<string, string>> = {
  "npm start": "tests/clone",
  "npm test": "the run that this test is part of",
  "npm install mlserve": "tests/install",
  "ONNXRUNTIME_NODE_INSTALL=skip npm install mlserve": "tests/install",
};

let workplace: Workplace;
let server: Program | undefined;
const answers: unknown[] = [];

beforeAll(() => {
  workplace = openWorkplace();
  cpSync(join(ROOT, "examples"), join(workplace.cwd, "examples"), { recursive: true });
  mkdirSync(join(workplace.cwd, "node_modules"));
  symlinkSync(ROOT, join(workplace.cwd, "node_modules", "mlserve"), "junction");
  const shim = join(workplace.cwd, "mlserve");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(shim, 0o755);
});
afterAll(async () => {
  server?.child.kill("SIGTERM");
  await server?.ended;
  workplace[Symbol.dispose]();
});

/** Commands of a block: a line that is inside quotes goes on in the next. */
function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.trimEnd().split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if ((open.match(/'/g) ?? []).length % 2 === 1) continue;
    commands.push(open);
    open = "";
  }
  return commands;
}

/** The server keeps running for the commands after it, on a port that is free. */
async function runCommand(command: string): Promise<string> {
  if (command.startsWith("mlserve serve ")) {
    server = workplace.start([...command.split(" ").slice(1), "--port", "0"]);
    const [line] = await server.find(/^.*\n/);
    return line;
  }
  const url = server === undefined ? undefined : (await server.find(/http:\S+/))[0];
  const here = url === undefined ? command : command.replace("http://127.0.0.1:8080", url);
  return await runShell(here);
}

async function runShell(command: string): Promise<string> {
  const PATH = `${workplace.cwd}:${process.env.PATH}`;
  const { stdout } = await promisify(execFile)("sh", ["-ec", command], {
    cwd: workplace.cwd,
    env: { ...process.env, PATH },
  });
  return stdout;
}

const COMMANDS = BLOCKS.filter(({ language }) => language === "sh").flatMap(({ text }) => commandsOf(text));

describe("README.md", () => {
  it("has the commands that other tests prove", () => {
    expect(COMMANDS).toEqual(expect.arrayContaining(Object.keys(PROVED_ELSEWHERE)));
  });

  it.each(COMMANDS.filter((command) => !(command in PROVED_ELSEWHERE)).map((command) => ({ command })))(
    "$command",
    async ({ command }) => {
      const printed = await runCommand(command);
      expect(printed).not.toBe("");
      if (command.startsWith("curl ")) answers.push(JSON.parse(printed));
    },
  );

  it("shows the answer that its request gets, and an error with its three parts", () => {
    const shown = BLOCKS.filter(({ language }) => language === "json").map(({ text }) => JSON.parse(text));
    expect(answers).toEqual([
      ...shown,
      { error_code: "INVALID_PARAMETER_VALUE", message: expect.stringMatching(/sepal length \(cm\)/) },
    ]);
  });

  it.each(BLOCKS.filter(({ language }) => language === "js").map(({ text }) => ({ text })))(
    "has code that runs",
    async ({ text }) => {
      writeFileSync(join(workplace.cwd, "snippet.mjs"), text);
      const printed = await runShell(`"${process.execPath}" snippet.mjs`);
      expect(JSON.parse(printed)).toMatchObject({ predictions: [{ output_label: 0 }, { output_label: 2 }] });
    },
  );

  it("links only to files that are there", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !isFile(target))).toEqual([]);
  });
});

function isFile(target: string): boolean {
  try {
    return readFileSync(join(ROOT, target)).length > 0;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EISDIR";
  }
}
