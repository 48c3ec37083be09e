import { spawn } from "node:child_process";
import { z } from "zod";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Credentials } from "./credentials.js";
import type { Environment } from "./docker-config.js";

const ANSWER = z.object({ Username: z.string(), Secret: z.string() });

/** What a helper calls the name of those that have a token for it. */
const TOKEN_NAME = "<token>";

/** A helper may ask a person; not for ever. */
const TIMEOUT_MS = 60_000;

/**
 * Asks `docker-credential-NAME` for a registry's credentials; undefined where it has none.
 *
 * Throws `registry_failed` for one that is not there or answers what nobody understands.
 */
export async function askHelper(
  name: string,
  registry: string,
  environment: Environment,
): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(name)) throw failed(name, "is no name of a helper");
  const { code, stdout } = await run(name, registry, environment);
  if (code !== 0) return undefined;
  const answer = ANSWER.safeParse(parseJson(stdout));
  if (!answer.success) throw failed(name, "its answer is not understood");
  const { Username: username, Secret: secret } = answer.data;
  return username === TOKEN_NAME
    ? { kind: "identity", token: secret }
    : { kind: "password", username, password: secret };
}

function run(name: string, input: string, environment: Environment): Promise<{ code: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const helper = spawn(`docker-credential-${name}`, ["get"], {
      env: { ...environment },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: TIMEOUT_MS,
    });
    let stdout = "";
    helper.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    helper.once("error", (cause) => reject(failed(name, "cannot be run", cause)));
    helper.once("close", (code) => resolve({ code, stdout }));
    // One that ends before it has read is judged by its exit code.
    helper.stdin.on("error", () => {});
    helper.stdin.end(input);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(name: string, reason: string, cause?: unknown): MlserveError {
  return new MlserveError("registry_failed", reason, {
    where: quoteName(`docker-credential-${name}`),
    hint: "Install the helper, or take it out of Docker's config.json and docker login again",
    cause,
  });
}
