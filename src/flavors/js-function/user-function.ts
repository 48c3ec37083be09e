import { MlserveError, quoteName } from "../../core/errors.js";
import type { FunctionLog } from "./function-log.js";
import type { OpenFile } from "./open-file.js";

/** What a function is given besides its input. */
export interface FunctionContext<State = unknown, Params = Readonly<Record<string, unknown>>> {
  /** The request's `params`, defaults of the signature filled in. */
  readonly params: Params;
  /** What the module's `load` gave. */
  readonly state: State;
  /** `config` of the `js_function` block: settings of the package's own. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Where lines for the server's log go. */
  readonly log: FunctionLog;
}

/** What `load` of a module is given. */
export interface LoadContext {
  /** The folder of the model's files, to read from. */
  readonly dir: string;
  /** `config` of the `js_function` block: settings of the package's own. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where lines for the server's log go. */
  readonly log: FunctionLog;
  /** Opens a model's file that lies in the package. */
  readonly open: OpenFile;
}

export type UserFunction = (input: unknown, context: FunctionContext) => unknown;
export type UserLoad = (context: LoadContext) => unknown;

/** The function of a module, and what is called before it. */
export interface UserModule {
  readonly predict: UserFunction;
  readonly load: UserLoad | undefined;
  /** What the module says of itself: `export const batchable = true`. */
  readonly batchable: boolean;
}

/**
 * Finds the function among what a module exports: by `name`, else the default export, else `predict`.
 *
 * Throws `invalid_model` naming the export that is missing or no function.
 */
export function findFunction(
  exports: Readonly<Record<string, unknown>>,
  name: string | undefined,
  module: string,
): UserModule {
  const key = name ?? (!isFunction(exports.default) && "predict" in exports ? "predict" : "default");
  const found = exports[key];
  if (!isFunction(found)) throw noFunction(found, key, module, exports);
  const { load, batchable } = exports;
  if (load !== undefined && !isFunction(load)) throw noFunction(load, "load", module, exports);
  return { predict: found, load, batchable: batchable === true };
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}

/** What Node and compilers add to the exports of CommonJS. */
const NO_EXPORTS: ReadonlySet<string> = new Set(["default", "__esModule", "module.exports"]);

function noFunction(
  found: unknown,
  key: string,
  module: string,
  exports: Readonly<Record<string, unknown>>,
): MlserveError {
  const shown = key === "default" ? "a default export" : `an export ${quoteName(key)}`;
  const names = Object.keys(exports).filter((each) => !NO_EXPORTS.has(each));
  const reason = found === undefined ? `the module has no ${shown.replace(/^an? /, "")}` : `${shown} is no function`;
  const hint =
    names.length === 0
      ? "Expected: export default function predict(input) { ... }"
      : `It exports ${names.slice(0, 10).map(quoteName).join(", ")}: name one as "export", in the js_function block or under "mlserve" in package.json`;
  return new MlserveError("invalid_model", reason, { where: quoteName(module), hint });
}
