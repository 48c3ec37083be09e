import { MlserveError } from "../../core/errors.js";
import type { ModelFiles } from "../../format/model.js";
import type { DescribedModel } from "../flavor.js";
import { readExportedSignature } from "./exported-signature.js";
import { importModule } from "./import-module.js";
import { checkNodeVersion } from "./node-version.js";
import { findFunction } from "./user-function.js";

/** What is known of a function besides its module. */
export interface FunctionSettings {
  readonly export?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly node?: string | undefined;
  readonly batchable?: boolean | undefined;
  readonly concurrency?: number | undefined;
}

/**
 * The block of a function and the signature that its module exports, which is found by running the module.
 *
 * `source` is the file that the module was made of, which errors name. Throws `invalid_model` for a module that cannot be loaded, has no function, or exports a signature that is none.
 */
export async function describeFunction(
  files: ModelFiles,
  module: string,
  { export: name, config, node, batchable, concurrency }: FunctionSettings,
  source: string = module,
): Promise<DescribedModel> {
  checkNodeVersion(node);
  const { exports } = await importModule(files, module);
  const user = findFunction(exports, name, source);
  const block = {
    module,
    export: name,
    config,
    node,
    batchable: batchable ?? (user.batchable ? true : undefined),
    concurrency,
  };
  const given = Object.entries(block).filter(([, value]) => value !== undefined);
  return {
    flavors: { js_function: Object.fromEntries(given) },
    signature: readSignature(exports),
    isSignatureWritten: true,
  };
}

function readSignature(exports: Readonly<Record<string, unknown>>): DescribedModel["signature"] {
  try {
    return readExportedSignature(exports);
  } catch (error) {
    if (error instanceof MlserveError) throw error;
    throw new MlserveError("invalid_model", "the exported signature cannot be read", { cause: error });
  }
}
