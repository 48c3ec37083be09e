import { MlserveError, quoteName } from "../../core/errors.js";
import { DIGEST } from "./digest.js";

/** The name of an image or an artifact in a registry. */
export interface ImageReference {
  /** Host and port, such as `docker.io` or `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** Always there without a digest. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const MOST_NAME_BYTES = 255;

/**
 * Reads a name as Docker spells it: `[REGISTRY/]NAME[:TAG][@DIGEST]`. Without a registry it is one of `docker.io`, without
 * a tag `latest`. Throws `usage` saying what is wrong; `where` is the option that it was given to.
 */
export function parseReference(text: string, where: string): ImageReference {
  const { name, digest } = splitDigest(text, where);
  const [host, rest] = splitHost(name);
  const colon = rest.lastIndexOf(":");
  const [path, tag] = colon === -1 ? [rest, undefined] : [rest.slice(0, colon), rest.slice(colon + 1)];
  if (!HOST.test(host)) throw refusal(where, text, "the name of its registry is no host");
  const repository = host === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  if (path !== path.toLowerCase()) throw refusal(where, text, "names of images are in lower case");
  if (!REPOSITORY.test(repository) || repository.length > MOST_NAME_BYTES)
    throw refusal(where, text, "names consist of letters, digits and single . _ - between them");
  if (tag !== undefined && !TAG.test(tag))
    throw refusal(where, text, "a tag is up to 128 letters, digits, _ . and -, the first no . or -");
  return { registry: host, repository, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

const DOCKER_HUB = "docker.io";

function splitDigest(text: string, where: string): { name: string; digest: string | undefined } {
  const at = text.indexOf("@");
  if (at === -1) return { name: text, digest: undefined };
  const digest = text.slice(at + 1);
  if (!DIGEST.test(digest)) throw refusal(where, text, "expected sha256: and 64 hexadecimal digits behind the @");
  return { name: text.slice(0, at), digest };
}

/** A first part with a dot or a port is a registry, as is `localhost`. */
function splitHost(name: string): [host: string, rest: string] {
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  if (!/[.:[]/.test(first) && first !== "localhost") return [DOCKER_HUB, name];
  return [first === "index.docker.io" ? DOCKER_HUB : first, name.slice(slash + 1)];
}

/** The reference in full, as errors and results show it. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** As people write it: without what Docker adds by itself. */
export function shortReference(reference: ImageReference): string {
  return formatReference(reference).replace(/^docker\.io\/(library\/)?/, "");
}

function refusal(where: string, text: string, reason: string): MlserveError {
  const hint = `Expected REGISTRY/NAME:TAG, got ${quoteName(text)}`;
  return new MlserveError("usage", reason, { where, hint });
}
