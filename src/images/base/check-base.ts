import { MlserveError } from "../../core/errors.js";
import type { ImageConfig } from "../oci/documents.js";
import type { BaseFacts } from "./survey-base.js";

const OLDEST_NODE = { major: 20, minor: 19 };

const HINT = "Take one with Node on glibc, such as docker://node:22-slim";

/**
 * The place of Node in a base. Throws `invalid_image` for one that nothing of ours would run upon: musl, no Node, or a
 * Node that is too old.
 *
 * A base without any C library that is known is taken: it may hold one where nobody looks.
 */
export function checkBase({ libc, node }: BaseFacts, config: ImageConfig, where: string): string {
  if (libc === "musl")
    throw new MlserveError("invalid_image", "is built on musl (Alpine), for which onnxruntime is not built", {
      where,
      hint: HINT,
    });
  if (node === undefined) throw new MlserveError("invalid_image", "has no Node in it", { where, hint: HINT });
  const version = config.config?.Env?.find((entry) => entry.startsWith("NODE_VERSION="))?.slice("NODE_VERSION=".length);
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const old = major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor);
  if (version !== undefined && old)
    throw new MlserveError("invalid_image", "its Node is too old: expected 20.19 or newer", { where, hint: HINT });
  return node;
}

/**
 * How Node is called in the image: by its name where the base's `PATH` leads to it, or by its place.
 */
export function nodeCommand(node: string, { config }: ImageConfig): string {
  const path = config?.Env?.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? DEFAULT_PATH;
  return path.split(":").includes(node.replace(/\/node$/, "")) ? "node" : node;
}

/** What container engines take for a missing `PATH`. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
