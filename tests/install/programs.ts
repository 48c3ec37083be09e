import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file that scripts/test.mjs has made ready and named by a variable. */
export function preparedFile(variable: string): string {
  const file = process.env[variable];
  if (file === undefined) throw new Error(`${variable} is not set: run these tests with npm run test:all`);
  return file;
}

/** Nothing of the npm that runs these tests: its settings reach other npms by their variables. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|ONNXRUNTIME_|MLSERVE_|VITEST|NODE_OPTIONS|NODE_ENV|SOURCE_DATE_EPOCH)/i.test(name),
  );
  return Object.fromEntries(kept);
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
}

/** Runs a script with Node to its end; what it starts by the name of `node` has the same version. */
export function runNode(args: readonly string[], options: RunOptions & { readonly node?: string }): Promise<Outcome> {
  const { node = process.execPath, env = {}, cwd } = options;
  return runProgram([node, ...args], { cwd, env: { ...nodeFirst(node), ...env } });
}

/** A search path on which a version of Node comes first. */
export function nodeFirst(node: string): { PATH: string } {
  return { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
}

/** Runs a program to its end. */
export function runProgram(
  [program = "", ...args]: readonly string[],
  { cwd, env = {} }: RunOptions,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
