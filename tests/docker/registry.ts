import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Debian's docker-registry, for one test file: it wants a name and a password. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Variables with which what `docker login` keeps is found. */
  readonly environment: Readonly<Record<string, string>>;
  /** `--creds` for skopeo. */
  readonly creds: string;
  /** Method and path of every request that it has answered, in order. */
  requests(): string[];
}

const USER = { name: "team", password: "pa:ss w\u00f6rd" };

export async function startRegistry(folder: string): Promise<RealRegistry> {
  const hashed = execFileSync("htpasswd", ["-Bbn", USER.name, USER.password], { encoding: "utf8" });
  writeFileSync(join(folder, "htpasswd"), hashed.trim());
  writeFileSync(join(folder, "registry.yml"), configOf(folder));
  const registry = spawn("docker-registry", ["serve", join(folder, "registry.yml")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(registry, "close");
  const lines: string[] = [];
  for (const stream of [registry.stdout, registry.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const host = await listening(registry.stderr, registry.stdout, ended, lines);
  const auth = Buffer.from(`${USER.name}:${USER.password}`).toString("base64");
  mkdirSync(join(folder, "login"), { recursive: true });
  writeFileSync(join(folder, "login", "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  return {
    host,
    environment: { DOCKER_CONFIG: join(folder, "login") },
    creds: `${USER.name}:${USER.password}`,
    requests: () => lines.flatMap((line) => /"((?:GET|HEAD|PUT|POST|PATCH) \S+) HTTP/.exec(line)?.[1] ?? []),
    async [Symbol.asyncDispose]() {
      registry.kill();
      await ended;
    },
  };
}

function configOf(folder: string): string {
  return `version: 0.1
log: { level: info }
storage: { filesystem: { rootdirectory: ${JSON.stringify(join(folder, "registry"))} } }
http: { addr: "127.0.0.1:0" }
auth: { htpasswd: { realm: test, path: ${JSON.stringify(join(folder, "htpasswd"))} } }
`;
}

/** The host, as the registry's log tells it. */
async function listening(
  stderr: NodeJS.ReadableStream,
  stdout: NodeJS.ReadableStream,
  ended: Promise<unknown>,
  lines: readonly string[],
): Promise<string> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    const host = lines.map((line) => /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]).find(Boolean);
    if (host !== undefined) return host;
    if (over) throw new Error(`docker-registry ended: ${lines.join("\n")}`);
    await Promise.race([once(stderr, "data"), once(stdout, "data"), ended]);
  }
}

/** Runs a program and gives what it printed; throws when it fails. */
export function runTool(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
}
