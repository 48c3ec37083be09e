import { MlserveError } from "../../core/errors.js";
import { askHelper } from "./credential-helper.js";
import { type DockerConfig, type Environment, readDockerConfig } from "./docker-config.js";

/** Who asks a registry: a name with its password, or a token that stands for both. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "identity"; readonly token: string };

/** Docker's own registry is called by its old address there. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/**
 * What `docker login` keeps for a registry, in its file or with its helpers; undefined where there is nothing.
 *
 * Throws `usage` for a damaged file, and `registry_failed` for a helper that is missing or fails.
 */
export async function findCredentials(registry: string, environment: Environment): Promise<Credentials | undefined> {
  const config = await readDockerConfig(environment);
  const key = registry === "docker.io" ? DOCKER_HUB_KEY : registry;
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  const told = helper === undefined ? undefined : await askHelper(helper, key, environment);
  return told ?? storedCredentials(config, registry);
}

function storedCredentials({ auths = {} }: DockerConfig, registry: string): Credentials | undefined {
  const [, entry] = Object.entries(auths).find(([key]) => hostOf(key) === registry) ?? [];
  if (entry === undefined) return undefined;
  if (entry.identitytoken) return { kind: "identity", token: entry.identitytoken };
  if (entry.auth) return parseAuth(entry.auth, registry);
  const { username, password } = entry;
  return username === undefined || password === undefined ? undefined : { kind: "password", username, password };
}

/** Keys are hosts, or addresses as older versions wrote them. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, "").split("/")[0] ?? "";
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

/** `name:password` in base64. */
function parseAuth(auth: string, registry: string): Credentials {
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1)
    throw new MlserveError("usage", `the entry of ${registry} is not as docker login writes it`, {
      where: "Docker's config.json",
    });
  // Old versions of Docker filled it up with zeros.
  const password = text.slice(colon + 1).replace(/\0+$/, "");
  return { kind: "password", username: text.slice(0, colon), password };
}
