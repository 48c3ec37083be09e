import { relative } from "node:path";
import type { SIGN_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { parsePrivateKey } from "../src/format/signing.js";
import { signModel } from "../src/pack/sign.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { removeAtEnd } from "./io.js";
import { readNamed } from "./named-files.js";
import { toPath } from "./open.js";

/** `mlserve sign`. */
export async function signCommand(context: CommandContext<typeof SIGN_OPTIONS>): Promise<void> {
  const { argument, options, io, output, temporaryFolder } = context;
  if (options.key === undefined)
    throw new MlserveError("usage", "expected the file of a private key", {
      where: "--key",
      hint: "mlserve keygen makes one",
    });
  const key = parsePrivateKey(readNamed("--key", options.key, io), "--key");
  const signed = await signModel({
    source: toPath(argument, io),
    key,
    temporaryFolder: temporaryFolder(),
    onTemporaryFile: (file) => removeAtEnd(file, io),
    ...definedOf({ output: options.output && toPath(options.output, io) }),
  });
  const file = relative(io.cwd, signed.output);
  await output.result({ ...signed, output: file }, [`signed ${file} with ${signed.signer}`], [file]);
}
