import { isAbsolute, relative, resolve } from "node:path";
import type { Model } from "../src/format/model.js";
import { openModel } from "../src/format/open-model.js";
import type { CommandContext } from "./command.js";
import type { Io } from "./io.js";

type OpenContext = Pick<CommandContext, "argument" | "io" | "temporaryFolder">;

/** Opens the model that the command line names: a package, a .tar.gz or a folder. */
export function openArgument(
  { argument, io, temporaryFolder }: OpenContext,
  { requireChecksums }: { requireChecksums: boolean },
): Promise<Model> {
  return openModel(toPath(argument, io), { requireChecksums, temporaryFolder: temporaryFolder() });
}

/** Short, as the user wrote it, since errors show it; this process may run in another folder than the command. */
export function toPath(argument: string, { cwd }: Pick<Io, "cwd">): string {
  return isAbsolute(argument) ? argument : relative(process.cwd(), resolve(cwd, argument)) || ".";
}
