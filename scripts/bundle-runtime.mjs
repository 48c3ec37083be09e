import { readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { writeBundle } from "./bundler.mjs";
import { ROOT } from "./processes.mjs";

/*
 * Makes `dist/runtime.mjs` and what belongs to it: docs/decisions/015-bundled-runtime.md.
 */

/** What stands in the bundle in the place of modules that would look for files around them. */
const REPLACED = {
  "src/workers/entry.ts": "bundle/entries.ts",
  "cli/watch/packing-entry.ts": "bundle/entries.ts",
  "cli/processes/serving-entry.ts": "bundle/entries.ts",
  "cli/main-entry.ts": "bundle/entries.ts",
  "src/core/installed-version.ts": "bundle/installed-version.ts",
  "src/flavors/onnx/package.ts": "bundle/onnx-package.ts",
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

/** Of the packages in a bundle, those written for CommonJS may ask for the folder that they lie in. */
const BANNER = `import { createRequire as mlserveRequire } from "node:module";
import { fileURLToPath as mlservePath } from "node:url";
const mlserveFind = mlserveRequire(import.meta.url);
const __dirname = mlservePath(new URL(".", import.meta.url));`;

/** The module with threads is never chosen on Node. */
const WASM_FILES = ["tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"];

/** Writes the files of the runtime into a folder, and gives the files that they are made of. */
export async function bundleRuntime(folder) {
  const runtime = await writeBundle({
    input: "bundle/runtime.ts",
    external: LEFT_OUT,
    replaced: REPLACED,
    transform: { define: { BUNDLED_VERSIONS: JSON.stringify(bundledVersions()) } },
    plugins: [findNativeBeside],
    // Names stay as they are, so that a stack can be read.
    output: toFile(join(folder, "runtime.mjs"), { compress: true, mangle: false, codegen: { removeWhitespace: true } }),
  });
  const tfjs = await writeBundle({
    input: "bundle/runtime-tfjs.ts",
    external: LEFT_OUT,
    resolve: { mainFields: ["module", "main"] },
    output: toFile(join(folder, "runtime-tfjs.mjs"), true),
  });
  const wasm = join(ROOT, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist");
  for (const name of WASM_FILES) await copyFile(join(wasm, name), join(folder, name));
  return [...runtime, ...tfjs];
}

function toFile(file, minify) {
  return { file, minify, codeSplitting: false, strictExecutionOrder: true, banner: BANNER };
}

function bundledVersions() {
  const versionsOf = (names) =>
    Object.fromEntries(names.map((name) => [name, readVersion(join("node_modules", name))]));
  const told = Object.fromEntries(Object.entries(TOLD).map(([file, names]) => [file, versionsOf(names)]));
  return { ...told, "runtime.mjs": { mlserve: readVersion("."), ...told["runtime.mjs"] } };
}

function readVersion(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")).version;
}

/** onnxruntime-node looks for its library in `bin` beside the folder of its code; here, in `bin` beside the bundle. */
const findNativeBeside = {
  name: "find the native library beside the bundle",
  load(id) {
    if (!/onnxruntime-node[\\/]dist[\\/]binding\.js$/.test(id)) return undefined;
    return replaceOnce(readFileSync(id, "utf8"), "require(`../bin/napi-v6/", "mlserveFind(`./bin/napi-v6/");
  },
};

function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`expected once: ${from}`);
  return text.replace(from, to);
}
