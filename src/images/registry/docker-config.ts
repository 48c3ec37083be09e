import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { MlserveError } from "../../core/errors.js";
import { fileSystemError, systemCode } from "../../format/file-system-error.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const CONFIG = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
        identitytoken: z.string().optional(),
      }),
    )
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

/** What `docker login` keeps, as far as it is used here. */
export type DockerConfig = Readonly<z.output<typeof CONFIG>>;

const WHERE = "Docker's config.json";

/**
 * Reads what `docker login` keeps: `config.json` of `DOCKER_CONFIG`, or of `.docker` in the user's folder. Empty where
 * there is none. Throws `usage` for a file that is none of Docker's, and `file_system`.
 */
export async function readDockerConfig(environment: Environment): Promise<DockerConfig> {
  const folder = environment.DOCKER_CONFIG || join(environment.HOME || homedir(), ".docker");
  try {
    return parse(await readFile(join(folder, "config.json"), "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return {};
    throw fileSystemError(error, WHERE);
  }
}

function parse(text: string): DockerConfig {
  try {
    return CONFIG.parse(JSON.parse(text));
  } catch (cause) {
    throw new MlserveError("usage", "is not as docker login writes it", { where: WHERE, cause });
  }
}
