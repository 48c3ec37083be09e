import { dirname, join, relative, resolve, sep } from "node:path";
import { ROOT } from "./processes.mjs";

/*
 * How all bundles are made: docs/decisions/015-bundled-runtime.md.
 */

/**
 * Writes a bundle, and gives the files that it took something of, relative to the project.
 *
 * @param {object} options of rolldown; besides, `replaced`: by path of a module of ours, the one that stands in its place
 */
export async function writeBundle({
  replaced = {},
  plugins = [],
  transform = {},
  resolve: resolving,
  output,
  ...options
}) {
  const { build } = await import("rolldown");
  const { output: written } = await build({
    cwd: ROOT,
    platform: "node",
    resolve: { extensionAlias: { ".js": [".ts", ".js"] }, alias: ES_MODULES, ...resolving },
    transform: { target: "node20.19", ...transform },
    plugins: [replaceModules(replaced), speakEnglish, withoutTracing, keepToAscii, ...plugins],
    // cli/main.ts imports late what others import at once, which is meant.
    checks: { ineffectiveDynamicImport: false },
    output: { format: "esm", comments: false, ...output },
    ...options,
  });
  return written.filter(({ type }) => type === "chunk").flatMap(({ modules }) => takenOf(modules));
}

/** Packages that offer Node one kind of modules and browsers the kind of which a bundle can leave out what it needs not. */
const ES_MODULES = { yaml: join(ROOT, "node_modules", "yaml", "browser", "index.js") };

function takenOf(modules) {
  return Object.keys(modules)
    .filter((id) => modules[id].renderedLength > 0)
    .map((id) => (id.startsWith("\0") ? OWN_CODE : relativePath(id)));
}

/** What rolldown itself adds has no file: how modules find each other, and syntax that Node 20 does not have. */
const OWN_CODE = "node_modules/rolldown/package.json";

function relativePath(path) {
  return relative(ROOT, path).replaceAll(sep, "/");
}

function replaceModules(replaced) {
  return {
    name: "replace modules",
    resolveId(wanted, importer) {
      if (importer === undefined || !/^\.{1,2}\//.test(wanted)) return undefined;
      const path = relativePath(resolve(dirname(importer), wanted)).replace(/\.js$/, ".ts");
      return path in replaced ? join(ROOT, replaced[path]) : undefined;
    },
  };
}

/** zod's messages in fifty languages, of which ours are none. */
const speakEnglish = {
  name: "leave out zod's other languages",
  load: (id) =>
    /zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(id) ? 'export { default as en } from "./en.js";' : undefined,
};

/** prom-client asks it for the trace of a request where examples of requests are wanted, which they never are. */
const withoutTracing = {
  name: "leave out OpenTelemetry",
  resolveId: (id) => (id === "@opentelemetry/api" ? "\0without-tracing" : undefined),
  load: (id) => (id === "\0without-tracing" ? "export {};" : undefined),
};

/** V8 keeps a source with a single other character at two bytes each, and takes longer to read it. */
const keepToAscii = {
  name: "keep to ASCII",
  generateBundle(_options, files) {
    for (const file of Object.values(files)) if (file.type === "chunk") file.code = escapeOthers(file.code);
  },
};

function escapeOthers(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${toHex(unit.charCodeAt(0))}`);
}

function toHex(unit) {
  return unit.toString(16).padStart(4, "0");
}
