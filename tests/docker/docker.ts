import { execFileSync, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { ROOT } from "../e2e/built-cli.js";

/** The image that scripts/docker-machine.mjs made: Node 22 and no shell. */
export const BASE_IMAGE = required("MLSERVE_TEST_BASE_IMAGE");

/**
 * What all images of the tests are run with: nothing may be written, by nobody in particular, without a network. Their
 * health is asked for more often than usual, so that nobody waits.
 */
export const LOCKED = [
  ...["--read-only", "--user", "12345", "--network", "none", "--cap-drop", "ALL"],
  ...["--health-interval", "1s"],
] as const;

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run npm run test:docker`);
  return value;
}

export function fixture(name: string): string {
  return join(ROOT, "tests", "fixtures", "models", name);
}

/** Runs docker and gives what it printed; throws when it fails. */
export function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  }).trim();
}

/** What docker knows of an image, or of a container. */
interface Inspected {
  readonly Id: string;
  readonly Size: number;
  readonly RootFS: { readonly Layers: string[] };
  readonly Config: Readonly<Record<string, unknown>>;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health: { readonly Status: string };
  };
}

export function inspect(name: string): Inspected {
  return JSON.parse(docker("inspect", name))[0];
}

/** The digests of an image's layers, the base's first. */
export function layersOf(image: string): string[] {
  return inspect(image).RootFS.Layers;
}

export interface Container {
  readonly id: string;
  /** Runs a program in it; does not throw. */
  exec(...command: readonly string[]): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  /** What it has printed, on both outputs. */
  logs(): string;
  /** Waits until docker's own health check has this word for it. */
  becomes(health: "healthy" | "unhealthy"): Promise<void>;
  /** Sends a body to /invocations from inside. */
  ask(body: string): Promise<{ readonly status: number; readonly answer: unknown }>;
  /** SIGTERM; gives the exit code. */
  stop(): number;
}

/** Starts a container that is removed with the test. */
export function runContainer(
  image: string,
  options: readonly string[] = LOCKED,
  words: readonly string[] = [],
): Container {
  const id = docker("run", "--detach", ...options, image, ...words);
  onTestFinished(() => void spawnSync("docker", ["rm", "--force", "--volumes", id]));
  const exec: Container["exec"] = (...command) => {
    const { status, stdout, stderr } = spawnSync("docker", ["exec", id, ...command], { encoding: "utf8" });
    return { code: status, stdout, stderr };
  };
  const logs = (): string => {
    const { stdout, stderr } = spawnSync("docker", ["logs", id], { encoding: "utf8" });
    return stdout + stderr;
  };
  return {
    id,
    exec,
    logs,
    async becomes(health) {
      const event = await firstEvent(id, ["die", `health_status: ${health}`]);
      if (event === "die") throw new Error(`the container ended: ${logs()}`);
    },
    async ask(body) {
      const { code, stdout, stderr } = exec("node", "-e", ASK, body);
      if (code !== 0) throw new Error(`nothing was answered: ${stderr}${logs()}`);
      return JSON.parse(stdout);
    },
    stop() {
      docker("stop", "--time", "60", id);
      return inspect(id).State.ExitCode;
    },
  };
}

/** Waits for the first of these events of a container, of those that are over too. */
async function firstEvent(id: string, wanted: readonly string[]): Promise<string> {
  const filters = ["event=die", "event=health_status", `container=${id}`].flatMap((filter) => ["--filter", filter]);
  const events = spawn("docker", ["events", "--since", "0", ...filters, "--format", "{{.Action}}"]);
  try {
    for await (const event of createInterface({ input: events.stdout })) if (wanted.includes(event)) return event;
    throw new Error("docker tells no more events");
  } finally {
    events.kill();
  }
}

/** With what is in every base image: Node. */
export const ASK = `
const headers = { "content-type": "application/json" };
const url = "http://127.0.0.1:" + (process.env.MLSERVE_PORT ?? process.env.PORT) + "/invocations";
fetch(url, { method: "POST", headers, body: process.argv[1] })
  .then(async (answer) => console.log(JSON.stringify({ status: answer.status, answer: await answer.json() })));
`;

/** Runs a container to its end. */
export function runToEnd(
  image: string,
  words: readonly string[],
  options: readonly string[] = LOCKED,
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync("docker", ["run", "--rm", ...options, image, ...words], {
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
