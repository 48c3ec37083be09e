import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { CLI, openWorkplace, ROOT } from "../e2e/built-cli.js";
import type { Step } from "./page-blocks.js";
import { createServers } from "./reader-servers.js";
import { differenceOf } from "./shown-output.js";

/**
 * Someone who follows a page in a folder with `examples` in it, where mlserve is on the path and it and the packages of
 * this project are in `node_modules`.
 */
export interface Reader extends AsyncDisposable {
  /** Rejects with what went otherwise than the page says. */
  follow(step: Step): Promise<void>;
}

/** What a shell is started with. */
interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A reader who stands in `folder` of the copy, `"."` for its root. Each page has one of its own. */
export function openReader(folder: string): Reader {
  const workplace = openWorkplace();
  const programs = installIn(workplace.cwd);
  const cwd = join(workplace.cwd, folder);
  const PATH = `${programs}:${process.env.PATH}`;
  const surroundings: Surroundings = { cwd, env: { ...workplace.environment, PATH, CURL_HOME: programs } };
  const servers = createServers((command) =>
    workplace.watch(spawn("sh", ["-c", `exec env ${command}`], { ...surroundings, stdio: ["ignore", "pipe", "pipe"] })),
  );
  const run = async (command: string, exit: number): Promise<string> => {
    if (servers.isStart(command) && exit === 0) return await servers.start(command);
    const { code, printed } = await runShell(servers.addressed(command), surroundings);
    if (code !== exit) throw new Error(`"${command}" ended with ${code} instead of ${exit}:\n${printed}`);
    return printed;
  };
  return {
    async follow(step) {
      if (step.does === "save") return save(join(cwd, step.file), step.text);
      let printed = "";
      for (const [i, command] of step.commands.entries())
        printed += await run(command, i === step.commands.length - 1 ? step.exit : 0);
      const difference = step.shown === undefined ? undefined : differenceOf(step.shown, printed);
      if (difference !== undefined) throw new Error(difference);
    },
    async [Symbol.asyncDispose]() {
      try {
        await servers.stop();
      } finally {
        workplace[Symbol.dispose]();
      }
    },
  };
}

/** Puts there what a reader has, and gives the folder of its programs. */
function installIn(folder: string): string {
  cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  const [modules, programs] = [join(folder, "node_modules"), join(folder, "bin")];
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, "node_modules")))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "junction");
  symlinkSync(ROOT, join(modules, "mlserve"), "junction");
  mkdirSync(programs);
  writeFileSync(join(programs, "mlserve"), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(join(programs, "mlserve"), 0o755);
  // Its bar of progress is for terminals, and would stand among what is compared.
  writeFileSync(join(programs, ".curlrc"), "silent\nshow-error\n");
  return programs;
}

function save(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Runs a command to its end, with what it said on both outputs, in order, as a terminal shows it. */
async function runShell(command: string, surroundings: Surroundings): Promise<{ code: number; printed: string }> {
  const script = `exec 2>&1\n${command}`;
  const child = spawn("sh", ["-ec", script], { ...surroundings, stdio: ["ignore", "pipe", "inherit"] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { code: code ?? -1, printed };
}
