import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "./checkout.js";
import { cleanEnvironment } from "./programs.js";

export interface Served {
  readonly answer: unknown;
  readonly exitCode: number | null;
  /** All that was printed on standard output. */
  readonly lines: readonly string[];
}

export interface ServerOptions {
  readonly cwd: string;
  /** Default: the one that runs the tests. */
  readonly node?: string;
  readonly env?: Record<string, string>;
  /** The line after which the server can be asked; its first group is handed to `ask`. */
  readonly ready?: RegExp;
  readonly ask?: (found: string) => Promise<unknown>;
}

/** Starts a server, sends it the example's request, ends it with SIGTERM. */
export async function askServer(args: readonly string[], options: ServerOptions): Promise<Served> {
  const { node = process.execPath, ready = /serving .* at (http:\S+)/, ask = askExample } = options;
  const env = { ...cleanEnvironment(), ...options.env };
  const server = spawn(node, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(server, "close");
  const lines: string[] = [];
  try {
    const answer = await ask(await waitForLine(server, ready, lines));
    server.kill("SIGTERM");
    const [exitCode] = await closed;
    return { answer, exitCode, lines };
  } finally {
    server.kill("SIGKILL");
  }
}

function waitForLine(server: ChildProcess, ready: RegExp, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) throw new Error("no standard output");
    server.once("close", (code) =>
      reject(new Error(`the server ended with ${code} before it listened:\n${lines.join("\n")}`)),
    );
    createInterface({ input: server.stdout }).on("line", (line) => {
      lines.push(line);
      const found = ready.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}

async function askExample(url: string): Promise<unknown> {
  const body = readFileSync(join(ROOT, "examples/iris/request.json"));
  const response = await fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return await response.json();
}
