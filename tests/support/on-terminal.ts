import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { quoteArgument } from "../../cli/text.js";

/** Is there a `script` that makes terminals, as util-linux has it? Where it must be, MLSERVE_REQUIRE names `shells`. */
export function hasTerminals(): boolean {
  const found = spawnSync("script", ["-qec", "true", "/dev/null"], { stdio: "ignore" }).status === 0;
  if (!found && (process.env.MLSERVE_REQUIRE ?? "").split(",").includes("shells"))
    throw new Error("script is not installed, and MLSERVE_REQUIRE asks for shells");
  if (!found) process.stderr.write("mlserve: script is not installed: terminals are not tested\n");
  return found;
}

export interface TerminalRun {
  readonly code: number | null;
  /** What a terminal of that width was sent. */
  readonly text: string;
}

export interface TerminalRunOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Types something when what was printed matches; once. */
  readonly type?: { readonly when: RegExp; readonly keys: string };
}

/** Runs a program at a terminal of its own, which is its standard input, output and error. */
export async function runOnTerminal(
  command: readonly string[],
  { cwd, columns = 80, environment = {}, type }: TerminalRunOptions,
): Promise<TerminalRun> {
  const line = `stty cols ${columns}; exec ${command.map(quoteArgument).join(" ")}`;
  const env = { PATH: process.env.PATH, HOME: cwd, TERM: "xterm", SHELL: "/bin/sh", ...environment };
  const child = spawn("script", ["-qec", line, "/dev/null"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  let typed = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (typed || type === undefined || !type.when.test(text)) return;
    typed = true;
    child.stdin.write(type.keys);
  });
  const [code] = await once(child, "close");
  return { code, text: text.replaceAll("\r\n", "\n") };
}
