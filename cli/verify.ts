import type { VERIFY_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { openModel } from "../src/format/open-model.js";
import type { CommandContext } from "./command.js";
import { toPath } from "./open.js";
import { formatCount } from "./text.js";
import { modelChecks } from "./trust.js";

/** `mlserve verify`. */
export async function verifyCommand(context: CommandContext<typeof VERIFY_OPTIONS>): Promise<void> {
  const { argument, options, io, output, temporaryFolder } = context;
  if (options.trust === undefined)
    throw new MlserveError("usage", "expected the public keys that you trust", {
      where: "--trust",
      hint: "mlserve validate checks the files alone",
    });
  const checks = modelChecks(options, io);
  await using model = await openModel(toPath(argument, io), { ...checks, temporaryFolder: temporaryFolder() });
  const files = model.files.names.length;
  const said = `${model.name} is signed by ${model.signer}, and its ${formatCount(files, "file")} are those that were signed`;
  await output.result(
    { name: model.name, signer: model.signer, digest: model.digest, files },
    [said],
    [String(model.signer)],
  );
}
