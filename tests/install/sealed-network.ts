import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, runNode, runProgram } from "./programs.js";

/** A network that has an npm registry and nothing else. */
export interface SealedNetwork extends AsyncDisposable {
  /** Paths that the registry was asked for. */
  readonly requested: readonly string[];
  run(command: readonly string[], options: { cwd: string; env: Record<string, string | undefined> }): Promise<Outcome>;
}

/** What makes a network namespace, and runs a command in it. Only root has one without a user namespace too. */
const UNSHARE = process.getuid?.() === 0 ? ["unshare", "--net"] : ["unshare", "--map-root-user", "--net"];
const WITH_LOOPBACK = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

const GATE = join(import.meta.dirname, "registry-gate.mjs");

/** Why this machine can make no such network; undefined when it can. Throws where MLSERVE_REQUIRE asks for `root`. */
export function sealFault(): string | undefined {
  const [program = "", ...args] = [...UNSHARE, ...WITH_LOOPBACK, "true"];
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  const fault = `no network of its own: ${error?.message ?? stderr.trim()}`;
  if (!(process.env.MLSERVE_REQUIRE ?? "").split(",").includes("root")) return fault;
  throw new Error(`${fault}, and MLSERVE_REQUIRE asks for root`);
}

/** Opens one whose registry is that of the machine. `npm` is a script for Node. */
export async function openSealedNetwork(npm: string): Promise<SealedNetwork> {
  const { stdout } = await runNode([npm, "config", "get", "registry"], { cwd: tmpdir() });
  const folder = mkdtempSync(join(tmpdir(), "mlserve-sealed-"));
  const socket = join(folder, "registry.sock");
  const requested: string[] = [];
  const server = createServer((request, response) => {
    requested.push(request.url ?? "");
    forward(new URL(stdout.trim()), request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    requested,
    run: ([program = "", ...args], options) =>
      runProgram([...UNSHARE, ...WITH_LOOPBACK, process.execPath, GATE, socket, program, ...args], options),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true });
    },
  };
}

async function forward(registry: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = `${registry.pathname.replace(/\/$/, "")}${request.url}`;
  const answer = await fetch(new URL(path, registry), { headers: { accept: request.headers.accept ?? "*/*" } });
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, {
    "content-type": answer.headers.get("content-type") ?? "",
    "content-length": body.length,
  });
  response.end(body);
}
