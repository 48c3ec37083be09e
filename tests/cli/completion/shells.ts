import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTerminal, type Terminal } from "../terminal.js";

/** Is this shell on the machine? One that is not is no failure: a run that must have it sets MLSERVE_REQUIRE=shells. */
export function hasShell(shell: string): boolean {
  const found = spawnSync(shell, ["-c", "true"]).status === 0;
  if (!found && (process.env.MLSERVE_REQUIRE ?? "").split(",").includes("shells"))
    throw new Error(`${shell} is not installed, and MLSERVE_REQUIRE asks for shells`);
  if (!found) process.stderr.write(`mlserve: ${shell} is not installed: its completion is not tested\n`);
  return found;
}

/** A folder with the completion script of a shell and a few files, to run that shell in. */
export interface CompletionPlace extends Disposable {
  readonly terminal: Terminal;
  /** Runs the shell's own words after it has read the script, and gives the lines that it prints. */
  lines(words: string): string[];
}

export async function openCompletion(shell: "bash" | "zsh" | "fish", read: string): Promise<CompletionPlace> {
  const terminal = openTerminal();
  const { stdout } = await terminal.run(["completion", shell]);
  const script = join(terminal.cwd, "mlserve-completion");
  writeFileSync(script, stdout);
  writeFileSync(join(terminal.cwd, "iris.tar"), "");
  return {
    terminal,
    lines(words) {
      const env = { PATH: process.env.PATH, HOME: terminal.cwd, TERM: "xterm", SCRIPT: script };
      const { stdout: printed, stderr } = spawnSync(
        shell,
        [...(shell === "zsh" ? ["-f"] : []), "-c", `${read}\n${words}`],
        {
          cwd: terminal.cwd,
          env,
          encoding: "utf8",
        },
      );
      if (stderr !== "") throw new Error(stderr);
      return printed.split("\n").filter((line) => line !== "");
    },
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
  };
}
