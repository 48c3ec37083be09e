import { resolve } from "node:path";
import type { BuildFailure, BuildOptions, Metafile } from "esbuild";
import { refuseNative, toRefusal, UNKNOWN_IMPORTS } from "./bundle-refusal.js";
import { type Esbuild, importEsbuild } from "./import-esbuild.js";
import { shownPath } from "./shown-path.js";

/** The name that every bundle has in its package. */
export const BUNDLE_FILE = "predict.mjs";

export interface Bundle {
  readonly code: Uint8Array;
  /** The files that it was made of, by their absolute paths. */
  readonly sources: readonly string[];
}

/**
 * Bundles a function with all that it imports into one ES module with an inline source map.
 *
 * The same sources give the same bytes in every folder. Throws `invalid_model` naming file and line for what is neither
 * JavaScript nor TypeScript, cannot be found, or cannot be bundled; `flavor_unavailable` without esbuild.
 */
export async function bundleFunction(folder: string, entry: string): Promise<Bundle> {
  const esbuild = await importEsbuild();
  const options = toOptions(folder, entry);
  const first = await build(esbuild, options);
  // CommonJS asks for Node's own modules with require, which an ES module does not have.
  const built = /\b__require\b/.test(first.code) ? await build(esbuild, { ...options, banner: REQUIRE }) : first;
  const map = Buffer.from(hideSources(built.map)).toString("base64");
  const code = hidePaths(built.code, built.metafile).trimEnd();
  return {
    code: Buffer.from(`${code}\n//# sourceMappingURL=data:application/json;base64,${map}\n`),
    sources: sourcesOf(built.metafile).map((path) => resolve(folder, path)),
  };
}

const REQUIRE = {
  js: 'import { createRequire as mlserveRequire } from "node:module"; var require = mlserveRequire(import.meta.url);',
};

function toOptions(folder: string, entry: string): BuildOptions {
  return {
    absWorkingDir: folder,
    entryPoints: [`./${entry.replace(/^\.\//, "")}`],
    outfile: BUNDLE_FILE,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "eof",
    charset: "utf8",
    logLevel: "silent",
    // Node has them since 20.11.
    define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
    logOverride: Object.fromEntries(Array.from(UNKNOWN_IMPORTS, (id) => [id, "warning"] as const)),
    plugins: [refuseNative],
  };
}

interface Built {
  readonly code: string;
  readonly map: string;
  readonly metafile: Metafile;
}

async function build(esbuild: Esbuild, options: BuildOptions): Promise<Built> {
  const result = await esbuild.build(options).catch((error: unknown) => {
    const first = isBuildFailure(error) ? error.errors[0] : undefined;
    throw first === undefined ? error : toRefusal(first, error);
  });
  const unknown = result.warnings.find(({ id }) => UNKNOWN_IMPORTS.has(id));
  if (unknown !== undefined) throw toRefusal(unknown);
  const textOf = (ending: RegExp): string => result.outputFiles?.find(({ path }) => ending.test(path))?.text ?? "";
  return { code: textOf(/\.mjs$/), map: textOf(/\.map$/), metafile: result.metafile ?? { inputs: {}, outputs: {} } };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** Not what esbuild makes itself, which it names in brackets. */
function sourcesOf({ inputs }: Metafile): string[] {
  return Object.keys(inputs).filter((path) => !/^[(<]/.test(path));
}

/** esbuild names each source in the code, by its way from the folder: that of what lies outside tells where it is. */
function hidePaths(code: string, { inputs }: Metafile): string {
  const outside = Object.keys(inputs).filter((path) => shownPath(path) !== path);
  return outside.reduce(
    (text, path) =>
      text.replaceAll(`// ${path}\n`, `// ${shownPath(path)}\n`).replaceAll(`"${path}"(`, `"${shownPath(path)}"(`),
    code,
  );
}

function hideSources(map: string): string {
  const { sources, ...others }: { sources: string[] } = JSON.parse(map);
  return JSON.stringify({ ...others, sources: sources.map(shownPath) });
}
