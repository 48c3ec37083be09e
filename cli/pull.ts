import { rmSync } from "node:fs";
import { relative } from "node:path";
import type { PULL_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { pullModel } from "../src/images/artifact/pull-model.js";
import { formatReference, type ImageReference, parseReference } from "../src/images/oci/reference.js";
import { repackModel } from "../src/pack/repack.js";
import type { CommandContext } from "./command.js";
import { fileOfFlag } from "./named-files.js";
import { toPath } from "./open.js";
import { withoutScheme } from "./remote-model.js";
import { formatBytes, formatTable, quoteArgument } from "./text.js";
import { modelChecks } from "./trust.js";

type PullContext = CommandContext<typeof PULL_OPTIONS>;

/** `mlserve pull`. */
export async function pullCommand(context: PullContext): Promise<void> {
  const { argument, options, io, output, temporaryFolder } = context;
  const reference = parseReference(withoutScheme(argument), "<reference>");
  const target = toPath(targetOf(reference, options.output), io);
  const checks = modelChecks(options, io);
  const { path, digest } = await pullModel(reference, {
    folder: temporaryFolder(),
    environment: io.environment,
    insecure: options.insecure,
    onProgress: output.progress.show,
  });
  const packed = await repackModel(path, target, {
    ...checks,
    temporaryFolder: temporaryFolder(),
    onProgress: output.progress.show,
    onTemporaryFile: (file) => io.atExit(() => rmSync(file, { force: true })),
  });
  for (const warning of packed.warnings) await output.warning(warning);
  const file = relative(io.cwd, target);
  const name = formatReference(reference);
  const { bytes, sha256, digest: modelDigest, signer } = packed;
  await output.result(
    { name: packed.name, reference: name, digest, output: file, bytes, sha256, model_digest: modelDigest, signer },
    [
      `pulled ${packed.name} from ${name} into ${file}`,
      ...formatTable([
        ["size", formatBytes(bytes)],
        ["digest", digest],
      ]),
      `next: ${output.paint("green", `mlserve serve ${quoteArgument(file)}`)}`,
    ],
    [file],
  );
}

function targetOf({ repository }: ImageReference, output: string | undefined): string {
  if (output === undefined) return `${repository.split("/").at(-1)}.tar`;
  if (/\.(tar|tar\.gz|tgz)$/i.test(output)) return output;
  throw new MlserveError("usage", "a package is a .tar or a .tar.gz", { where: fileOfFlag("--output", output) });
}
