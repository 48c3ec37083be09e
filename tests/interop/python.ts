import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { preparedFile } from "../install/programs.js";

/** A file of this folder. */
export const interopFile = (name: string): string => join(import.meta.dirname, name);

/** Runs a script with the interop tests' Python to its end, and gives what it printed; rejects with what it said. */
export async function runPython(
  args: readonly string[],
  { input = "", ...options }: { readonly cwd?: string; readonly input?: string } = {},
): Promise<string> {
  const child = startPython(args, options);
  child.stdin?.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`python ended with ${code}:\n${stderr}`);
  return stdout;
}

export interface ScoringServer extends AsyncDisposable {
  /** The address of a model's own scoring server. */
  urlOf(model: string): string;
}

/** Serves folders and archives, by name, with MLflow's scoring server in one process, which ends with this one. */
export async function serveWithMlflow(models: ReadonlyMap<string, string>): Promise<ScoringServer> {
  const args = Array.from(models, ([name, path]) => `${name}=${path}`);
  const child = startPython([interopFile("serve_models.py"), ...args]);
  const closed = once(child, "close");
  const said = textOf(child.stderr);
  try {
    const url = await Promise.race([
      firstAddress(child),
      closed.then(async (): Promise<never> => {
        throw new Error(`MLflow's server ended before it listened:\n${await said}`);
      }),
    ]);
    return {
      urlOf: (model) => `${url}/${model}`,
      [Symbol.asyncDispose]: async () => {
        child.stdin?.end();
        await closed;
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function startPython(args: readonly string[], options: { readonly cwd?: string } = {}): ChildProcess {
  const env = { ...process.env, PYTHONUTF8: "1", PYTHONWARNINGS: "ignore", MLFLOW_DISABLE_TELEMETRY: "true" };
  return spawn(preparedFile("MLSERVE_TEST_PYTHON"), args, { ...options, env, stdio: "pipe" });
}

function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  return stream === null ? Promise.resolve("") : text(stream);
}

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /^listening at (http:\S+)$/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
