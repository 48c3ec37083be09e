import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { CommandContext } from "./command.js";
import { COMMANDS, type CommandName } from "./commands.js";

/** How a model in a registry is told from a file. */
const SCHEME = "oci://";

/** `oci://NAME:TAG` -> `NAME:TAG`; anything else is itself. */
export function withoutScheme(text: string): string {
  return text.startsWith(SCHEME) ? text.slice(SCHEME.length) : text;
}

/**
 * Runs a command with the models that its arguments name in registries (`oci://NAME:TAG`) as packages of this machine,
 * which `toPath` finds. Results and errors call them by the names that the user gave.
 */
export async function withRemoteModels(
  name: CommandName,
  context: CommandContext,
  run: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const words = [context.argument, ...context.otherArguments];
  const fetched = new Map<string, string>();
  for (const word of words.filter((each, i) => each.startsWith(SCHEME) && takesModel(name, i)))
    fetched.set(word, await fetchModel(word, context));
  if (fetched.size === 0) return run(context);
  try {
    await run({ ...context, io: { ...context.io, fetched } });
  } catch (error) {
    throw [...fetched].reduce(callByReference, error);
  }
}

function takesModel(name: CommandName, index: number): boolean {
  return COMMANDS[name].arguments[index]?.isModel === true;
}

async function fetchModel(word: string, context: CommandContext): Promise<string> {
  const { options, io, output, temporaryFolder } = context;
  if (options.watch === true)
    throw new MlserveError("usage", "a model in a registry cannot be watched", { where: "--watch" });
  const [{ parseReference }, { pullModel }] = await Promise.all([
    import("../src/images/oci/reference.js"),
    import("../src/images/artifact/pull-model.js"),
  ]);
  const { path } = await pullModel(parseReference(withoutScheme(word), "oci://"), {
    // Two models may have the same name.
    folder: mkdtempSync(join(temporaryFolder(), "pulled-")),
    environment: io.environment,
    insecure: options.insecure === true,
    onProgress: output.progress.show,
  });
  return path;
}

/** A path in a folder that is gone by then helps nobody. */
function callByReference(error: unknown, [reference, path]: [string, string]): unknown {
  if (!(error instanceof MlserveError) || error.where === undefined) return error;
  const where = error.where.replace(quoteName(path), quoteName(reference));
  if (where === error.where) return error;
  const { kind, reason, hint, cause } = error;
  return new MlserveError(kind, reason, { where, ...(hint === undefined ? {} : { hint }), cause });
}
