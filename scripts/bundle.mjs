import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { packagesOf, spellLicenses } from "./bundled-licenses.mjs";
import { ROOT } from "./processes.mjs";

/*
 * Makes `dist/runtime.mjs` and what belongs to it: docs/decisions/015-bundled-runtime.md.
 */

/** What stands in the bundle in the place of modules that would look for files around them. */
const REPLACED = {
  "src/workers/entry.ts": "bundle/entries.ts",
  "cli/watch/packing-entry.ts": "bundle/entries.ts",
  "cli/main-entry.ts": "bundle/entries.ts",
  "src/core/installed-version.ts": "bundle/installed-version.ts",
  "src/flavors/tfjs/packages.ts": "bundle/tfjs-packages.ts",
};

/** Packages whose versions mlserve tells as if they were installed, by the file that they are in. */
const TOLD = {
  "runtime.mjs": ["onnxruntime-node", "apache-arrow"],
  "runtime-tfjs.mjs": ["core", "converter", "layers", "backend-wasm", "backend-cpu"].map(
    (name) => `@tensorflow/tfjs-${name}`,
  ),
};

/** Left out: what only makes packages or measures, and says clearly that it is missing. */
const LEFT_OUT = ["esbuild", "autocannon", "node-fetch"];

/** Of the packages in a bundle, those written for CommonJS ask for other modules, and for the folder that they lie in. */
const BANNER = `import { createRequire as mlserveRequire } from "node:module";
import { fileURLToPath as mlservePath } from "node:url";
const mlserveFind = mlserveRequire(import.meta.url);
const require = mlserveFind;
const __dirname = mlservePath(new URL(".", import.meta.url));`;

/** Names stay as they are, so that a stack can be read. */
const SETTINGS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  external: LEFT_OUT,
  banner: { js: BANNER },
  metafile: true,
  logLevel: "warning",
};

/** Writes the files of the runtime into a folder, and gives the packages that are in them. */
export async function bundleRuntime(folder) {
  const { build } = await import("esbuild");
  const outputs = [
    await build({
      ...SETTINGS,
      entryPoints: ["bundle/runtime.ts"],
      outfile: join(folder, "runtime.mjs"),
      define: { BUNDLED_VERSIONS: JSON.stringify(bundledVersions()) },
      plugins: [replaceModules, findNativeBeside, speakEnglish],
    }),
    await build({
      ...SETTINGS,
      minify: true,
      mainFields: ["module", "main"],
      entryPoints: ["bundle/runtime-tfjs.ts"],
      outfile: join(folder, "runtime-tfjs.mjs"),
    }),
  ];
  const packages = packagesOf(outputs.map(({ metafile }) => metafile));
  await writeFile(join(folder, "licenses.txt"), spellLicenses(packages));
  const wasm = join(ROOT, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist");
  for (const name of WASM_FILES) await copyFile(join(wasm, name), join(folder, name));
  return packages;
}

/** The module with threads is never chosen on Node. */
const WASM_FILES = ["tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"];

function bundledVersions() {
  const versionsOf = (names) =>
    Object.fromEntries(names.map((name) => [name, readVersion(join("node_modules", name))]));
  const told = Object.fromEntries(Object.entries(TOLD).map(([file, names]) => [file, versionsOf(names)]));
  return { ...told, "runtime.mjs": { mlserve: readVersion("."), ...told["runtime.mjs"] } };
}

function readVersion(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")).version;
}

const replaceModules = {
  name: "replace modules",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const wanted = relative(ROOT, resolve(resolveDir, path)).replaceAll(sep, "/").replace(/\.js$/, ".ts");
      return wanted in REPLACED ? { path: join(ROOT, REPLACED[wanted]) } : undefined;
    });
  },
};

/** onnxruntime-node looks for its library in `bin` beside the folder of its code; here, in `bin` beside the bundle. */
const findNativeBeside = {
  name: "find the native library beside the bundle",
  setup(build) {
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, ({ path }) => ({
      contents: replaceOnce(readFileSync(path, "utf8"), "require(`../bin/napi-v6/", "mlserveFind(`./bin/napi-v6/"),
    }));
  },
};

/** zod's messages in fifty languages, of which ours are none. */
const speakEnglish = {
  name: "leave out zod's other languages",
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`expected once: ${from}`);
  return text.replace(from, to);
}
