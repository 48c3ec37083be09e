import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MlserveError, type MlserveErrorOptions, quoteName } from "../core/errors.js";

export interface ImportedModule {
  /** A `file:` URL. */
  readonly url: string;
  /** What to call the module in an error. */
  readonly where: string;
  readonly kind: "usage" | "invalid_model";
}

/**
 * Imports a module of the user's: what it exports, by name.
 *
 * Throws an error of `kind` that names the file and the line where it is not JavaScript, imports what is not there, or
 * fails while it is loaded.
 */
export async function importModule({ url, where, kind }: ImportedModule): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(url);
  } catch (cause) {
    const refuse = (reason: string, options: MlserveErrorOptions = {}): MlserveError =>
      new MlserveError(kind, reason, { where, ...options, cause });
    throw await toRefusal(cause, url, refuse);
  }
}

type Refuse = (reason: string, options?: MlserveErrorOptions) => MlserveError;

async function toRefusal(cause: unknown, url: string, refuse: Refuse): Promise<MlserveError> {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION")
    return refuse("this version of Node does not import files of this kind", {
      hint: "Give a .js or .mjs file; TypeScript needs Node 22.18 or newer",
    });
  if (code === "ERR_MODULE_NOT_FOUND") return refuse(`it imports ${missingName(cause)}, which is not there`);
  const thrown = placeOf(cause instanceof Error ? (cause.stack ?? "") : "");
  if (thrown !== undefined) return refuse(`it fails while it is loaded: ${sayingOf(cause)}`, { where: thrown });
  if (!(cause instanceof SyntaxError)) return refuse(`it fails while it is loaded: ${sayingOf(cause)}`);
  const place = await findSyntaxError(url);
  const hint = IS_COMMONJS.test(cause.message) ? ES_MODULE_HINT : undefined;
  return refuse(sayingOf(cause), {
    ...(place === undefined ? {} : { where: place }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What Node says of a file of an ES module that its package.json has run as CommonJS. */
const IS_COMMONJS = /outside a module$|^Unexpected token 'export'$/;
const ES_MODULE_HINT = 'Flavors are ES modules: name the file .mjs, or say "type": "module" in its package.json';

/** `"left-pad"`, or `"./helper.js"` by the end of its path. */
function missingName(cause: unknown): string {
  const [, name = ""] = /Cannot find (?:module|package) '([^']+)'/.exec(sayingOf(cause)) ?? [];
  return quoteName(name.split(/[\\/]/).at(-1) ?? name);
}

/** The first line, without the folders of paths. */
function sayingOf(cause: unknown): string {
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : "it throws what is no Error";
  return (said.split("\n")[0] ?? "")
    .replace(/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\s\\/'"]+)+[\\/]/g, "")
    .slice(0, 300);
}

/** Where code of the module, or of what it imports, has thrown: `"mine.js", line 3`; undefined where none had begun. */
function placeOf(stack: string): string | undefined {
  // The frames behind our own are those of who called us.
  const [inside = ""] = stack.split(import.meta.url);
  const [, path, line] = /^\s+at .*?(file:\/\/\S+?):(\d+):\d+\)?$/m.exec(inside) ?? [];
  return path === undefined ? undefined : spellPlace(path, line);
}

/**
 * Where a module or what it imports is no JavaScript. V8 knows but Node says so only when it dies of it, so another Node
 * gets to: linking comes before any code of the modules runs.
 */
async function findSyntaxError(url: string): Promise<string | undefined> {
  const words = ["--input-type=module", "--eval", `await import(${JSON.stringify(url)})`];
  const told = await new Promise<string>((resolve) => {
    execFile(process.execPath, words, { timeout: 10_000, env: {} }, (_error, _stdout, stderr) => resolve(stderr));
  });
  // Of TypeScript it tells the path, else the address.
  const [, path, line] = /^(file:\/\/\S+?|(?:[A-Za-z]:)?[\\/].*?):(\d+)$/m.exec(told) ?? [];
  return path === undefined ? undefined : spellPlace(path, line);
}

function spellPlace(address: string, line = "?"): string {
  const path = address.startsWith("file:") ? fileURLToPath(address) : address;
  const name = path.split(/[\\/]/).at(-1) ?? "";
  return `${quoteName(name)}, line ${line}`;
}
