import { dirname, posix, resolve } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Model, ModelFiles } from "../../format/model.js";
import type { LoadOptions, Predictor } from "../flavor.js";
import { compileFailure } from "./call.js";
import { FUNCTION_FLAVOR, type FunctionConfig } from "./config.js";
import { createFunctionLog } from "./function-log.js";
import { type ImportedModule, importModule } from "./import-module.js";
import { checkNodeVersion } from "./node-version.js";
import { createFileOpener, type FileOpener } from "./open-file.js";
import { compileOutput } from "./output.js";
import { createFunctionPredictor } from "./predictor.js";
import { findFunction, type LoadContext, type UserLoad } from "./user-function.js";

/** Throws what loading would find wrong without running any code of the user's. */
export async function check({ files }: Model, config: FunctionConfig): Promise<void> {
  locate(files, config);
  checkNodeVersion(config.node);
}

/** Runs the module, and throws what is wrong with what it exports. */
export async function checkCode({ files }: Model, config: FunctionConfig): Promise<void> {
  const module = locate(files, config);
  const { exports } = await importModule(files, module);
  findFunction(exports, config.export, module);
}

export async function load(model: Model, config: FunctionConfig, options: LoadOptions): Promise<Predictor> {
  const module = locate(model.files, config);
  checkNodeVersion(config.node);
  const imported = await importModule(model.files, module);
  const user = findFunction(imported.exports, config.export, module);
  const log = createFunctionLog(options.logger, model.name);
  const opener = createFileOpener(model, { ...options, asking: FUNCTION_FLAVOR });
  const dir = folderOf(model.files, module);
  const state = await prepare(user.load, { dir, config: config.config, log, open: opener.open }, imported, opener);
  return createFunctionPredictor({
    predict: user.predict,
    state,
    config: config.config,
    log,
    toOutput: compileOutput(model.descriptor.signature.outputs),
    toFailure: compileFailure(options.logger, model.name, imported.stacks),
    batchable: config.batchable || user.batchable,
    concurrency: config.concurrency,
    async close() {
      await disposeOf(state);
      await opener[Symbol.asyncDispose]();
    },
  });
}

/** Extensions that Node runs as they are. */
const RUNNABLE = /\.(mjs|cjs|js)$/i;

function locate(files: ModelFiles, { module }: FunctionConfig): string {
  const file = posix.normalize(module);
  const where = "MLmodel: flavors.js_function.module";
  if (!files.has(file))
    throw new MlserveError("invalid_descriptor", `${quoteName(module)} is not among the model's files`, { where });
  if (RUNNABLE.test(file)) return file;
  throw new MlserveError("invalid_descriptor", `${quoteName(module)} is no JavaScript: expected .mjs, .js or .cjs`, {
    where,
    hint: "Pack the folder without its MLmodel file: mlserve pack compiles TypeScript",
  });
}

/** The folder that the model's names are relative to. */
function folderOf(files: ModelFiles, module: string): string {
  const depth = module.split("/").length - 1;
  return resolve(dirname(files.path(module)), ...Array.from({ length: depth }, () => ".."));
}

/** Calls the module's `load`; what it had opened is closed when it fails. */
async function prepare(
  userLoad: UserLoad | undefined,
  context: LoadContext,
  { stacks }: ImportedModule,
  opener: FileOpener,
): Promise<unknown> {
  try {
    return await userLoad?.(context);
  } catch (error) {
    await opener[Symbol.asyncDispose]();
    if (error instanceof MlserveError) throw error;
    const [name, message] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
    throw new MlserveError("invalid_model", `its load failed: ${name}: ${message.split("\n")[0]}`, {
      where: stacks.placeOf(error) ?? "the function",
      cause: error,
    });
  }
}

/** A state that knows how is disposed of with the function. */
async function disposeOf(state: unknown): Promise<void> {
  if (typeof state !== "object" || state === null) return;
  if (Symbol.asyncDispose in state && typeof state[Symbol.asyncDispose] === "function")
    await (state as AsyncDisposable)[Symbol.asyncDispose]();
  else if (Symbol.dispose in state && typeof state[Symbol.dispose] === "function")
    (state as Disposable)[Symbol.dispose]();
}
