import { MlserveError, quoteName } from "../core/errors.js";
import type { ImageSettings } from "./image.js";
import { HEALTH_COMMAND, HEALTH_TIMES } from "./image-config.js";

/** The tars of a build context, in the order in which they become layers: what changes often comes last. */
export const LAYER_FILES = { runtime: "runtime.tar", model: "model.tar" } as const;

/** Engines read a Dockerfile in lines of up to 65,535 bytes. */
const LONGEST_LINE = 65_000;

/** A slim image of Node, on glibc. */
const DEFAULT_BASE_IMAGE = "node:22-bookworm-slim";

/**
 * The Dockerfile of a build context. It runs nothing, so that no build needs a network, and images for other processors
 * are built as fast as those for this one.
 *
 * Throws `usage` for a base image that cannot be used, and for texts that are too long for a Dockerfile.
 */
export function dockerfile(settings: ImageSettings, baseImage: string): string {
  const { platform, env, labels, port, user, workingDir, entrypoint, cmd } = settings;
  const { intervalSeconds, timeoutSeconds, startSeconds, retries } = HEALTH_TIMES;
  const times = `--interval=${intervalSeconds}s --timeout=${timeoutSeconds}s --start-period=${startSeconds}s`;
  const lines = [
    `FROM --platform=${platform} ${checkBaseImage(baseImage)}`,
    ...Object.values(LAYER_FILES).map((file) => `ADD ${file} /`),
    ...pairLines("LABEL", labels),
    ...pairLines("ENV", env),
    `WORKDIR ${workingDir}`,
    `EXPOSE ${port}`,
    `USER ${user}`,
    "STOPSIGNAL SIGTERM",
    `HEALTHCHECK ${times} --retries=${retries} CMD ${JSON.stringify(HEALTH_COMMAND)}`,
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    `CMD ${JSON.stringify(cmd)}`,
  ];
  return lines.map((line) => `${checkLine(line)}\n`).join("");
}

/** One instruction for all of them: engines make an image of every instruction on the way. */
function pairLines(instruction: string, pairs: Readonly<Record<string, string>>): string[] {
  const words = Object.entries(pairs).map(([name, value]) => `${name}=${quoteWord(value)}`);
  const last = words.length - 1;
  return words.map((word, i) => `${i === 0 ? instruction : "   "} ${word}${i === last ? "" : " \\"}`);
}

/**
 * A text as a word of a Dockerfile that stands for itself: in double quotes, in which a backslash goes before a quote, a
 * backslash and a dollar. What has no such form (a line's end) was refused by `imageSettings`.
 */
function quoteWord(text: string): string {
  return `"${text.replace(/["\\$]/g, "\\$&")}"`;
}

/** Gives it without the scheme that other commands allow. Throws `usage` for what is no name, or needs musl. */
function checkBaseImage(name: string): string {
  const where = `--base-image ${quoteName(name)}`;
  const image = name.replace(/^docker:\/\//, "");
  if (!/^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?$/i.test(image))
    throw new MlserveError("usage", "expected the name of an image, such as node:22-bookworm-slim", { where });
  if (/(^|[/:._-])(alpine|musl)/i.test(image))
    throw new MlserveError("usage", "is made with musl, where onnxruntime's libraries do not run: they need glibc", {
      where,
      hint: `Take one of Debian or Ubuntu, such as ${DEFAULT_BASE_IMAGE}`,
    });
  return image;
}

function checkLine(line: string): string {
  if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
  const where = quoteName((line.split("=")[0] ?? "").trim());
  throw new MlserveError("usage", `is longer than the ${LONGEST_LINE} bytes that a line of a Dockerfile may have`, {
    where,
  });
}
