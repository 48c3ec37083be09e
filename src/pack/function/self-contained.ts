import { isBuiltin } from "node:module";
import { isAbsolute, resolve } from "node:path";
import type { BuildFailure, Metafile } from "esbuild";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { ChosenFlavor } from "../../flavors/choose.js";
import { functionConfig } from "../../flavors/js-function/config.js";
import { functionFlavor } from "../../flavors/js-function/flavor.js";
import type { Model, ModelFiles } from "../../format/model.js";
import { toRefusal } from "./bundle-refusal.js";
import { importEsbuild } from "./import-esbuild.js";

/**
 * Looks whether a module of a saved folder finds all that it imports among the files that are packed.
 *
 * Throws `invalid_model` naming the file, and the line where it is known. Without esbuild it looks at nothing: importing
 * the module tells most of it.
 */
export async function checkSavedFunction(
  folder: string,
  { files }: Model,
  { flavor, config }: ChosenFlavor,
): Promise<void> {
  const block = flavor.name === functionFlavor.name ? functionConfig.safeParse(config).data : undefined;
  if (block !== undefined) await checkSelfContained(resolve(folder), block.module, files);
}

async function checkSelfContained(folder: string, module: string, files: ModelFiles): Promise<void> {
  const esbuild = await importEsbuild().catch(() => undefined);
  if (esbuild === undefined) return;
  const result = await esbuild
    .build({
      absWorkingDir: folder,
      entryPoints: [`./${module}`],
      outfile: "checked.mjs",
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      packages: "external",
      logLevel: "silent",
      loader: { ".node": "file" },
    })
    .catch((error: BuildFailure) => {
      const [first] = error.errors;
      throw first === undefined ? error : toRefusal(first, error);
    });
  for (const { from, what } of importsOf(result.metafile)) if (!isThere(what, files)) throw missing(from, what);
}

function* importsOf({ inputs }: Metafile): Generator<{ from: string; what: string }> {
  for (const [from, { imports }] of Object.entries(inputs)) {
    // A file outside of the folder is an input, by its way from it.
    if (from.startsWith("../") || isAbsolute(from)) yield { from: "the function", what: from };
    // A require may stand in a try.
    for (const { path, external, kind } of imports)
      if (external === true && kind === "import-statement") yield { from, what: path };
  }
}

/** A module of Node, or a package that is packed too. */
function isThere(what: string, { names }: ModelFiles): boolean {
  if (isBuiltin(what)) return true;
  const [, name] = /^((?:@[^/]+\/)?[^/]+)/.exec(what) ?? [];
  return names.some((file) => file.startsWith(`node_modules/${name}/`));
}

function missing(from: string, what: string): MlserveError {
  const outside = what.startsWith("../") ? "a file outside of its folder" : quoteName(what);
  return new MlserveError("invalid_model", `imports ${outside}, which is not among the model's files`, {
    where: from,
    hint: "Remove the MLmodel file, and mlserve pack bundles what the function imports",
  });
}
