import { createRequire } from "node:module";
import { relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MlserveError, quoteName } from "../../core/errors.js";
import { sha256Of } from "../../format/checksums.js";
import type { ModelFiles } from "../../format/model.js";
import { createStackReader, type StackReader } from "./stack-reader.js";
import { syntaxErrorLine } from "./syntax-place.js";

/** A module of a model, once its code has run. */
export interface ImportedModule {
  readonly exports: Readonly<Record<string, unknown>>;
  /** Finds where in the sources an error was thrown. */
  readonly stacks: StackReader;
}

/**
 * Imports a module of a model: anew when its file has changed, since its content is a part of its address.
 *
 * Throws `invalid_model` naming the file, and the line where it is known, for a module that is no JavaScript, imports what
 * is not there, or throws.
 */
export async function importModule(files: ModelFiles, module: string): Promise<ImportedModule> {
  const content = await files.read(module);
  const path = files.path(module);
  const url = pathToFileURL(path);
  url.searchParams.set("sha256", sha256Of(content).slice(0, 16));
  const stacks = createStackReader(Buffer.from(content).toString("utf8"), url.href, module);
  // Node keeps CommonJS by its path alone.
  delete createRequire(import.meta.url).cache[path];
  try {
    return { exports: flatten(await import(url.href)), stacks };
  } catch (error) {
    throw await importFailure(error, { module, path, stacks });
  }
}

/** The exports of CommonJS are the properties of its default export. */
function flatten(exports: Readonly<Record<string, unknown>>): ImportedModule["exports"] {
  const inner = exports.default;
  if (typeof inner !== "object" || inner === null) return exports;
  const { default: _, ...others } = exports;
  return { ...others, ...inner };
}

interface Importing {
  readonly module: string;
  readonly path: string;
  readonly stacks: StackReader;
}

async function importFailure(error: unknown, importing: Importing): Promise<MlserveError> {
  const { path } = importing;
  const where = await placeOf(error, importing);
  const missing = missingImport(error, path);
  if (missing !== undefined) {
    const hint = "Pack the folder of its sources, without an MLmodel file: mlserve pack bundles what they import";
    return new MlserveError("invalid_model", `imports ${missing}, which is not in the package`, {
      where,
      hint,
      cause: error,
    });
  }
  const reason = `the module cannot be loaded: ${messageOf(error)}`;
  return new MlserveError("invalid_model", reason, { where, cause: error });
}

async function placeOf(error: unknown, { module, path, stacks }: Importing): Promise<string> {
  const line = error instanceof SyntaxError ? await syntaxErrorLine(path) : undefined;
  return line === undefined ? (stacks.placeOf(error) ?? quoteName(module)) : `${module}:${line}`;
}

/** The name of what Node did not find; undefined for other errors. */
function missingImport(error: unknown, path: string): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return undefined;
  const [, found = "a module"] = /Cannot find (?:package|module) '([^']+)'/.exec(messageOf(error)) ?? [];
  const file = found.startsWith("file:") ? fileURLToPath(found) : found;
  // A path of this machine is nobody's business but where it starts from the module.
  return quoteName(file.includes(sep) ? relative(path, file).replace(/^\.\.[\\/]/, "./") : file);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message.split("\n")[0]}`;
}
