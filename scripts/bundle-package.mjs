import { join } from "node:path";
import { writeBundle } from "./bundler.mjs";
import { ROOT } from "./processes.mjs";

/*
 * Makes of `cli` and `src` what the package holds: few files, since each that is read when mlserve starts costs it time.
 * See docs/decisions/015-bundled-runtime.md.
 */

/** What is run or imported, by its path in `dist`. */
const ENTRIES = {
  "cli/main": "cli/main.ts",
  "cli/watch/packing": "cli/watch/packing.ts",
  "cli/processes/serving-program": "cli/processes/serving-program.ts",
  "src/workers/worker": "src/workers/worker.ts",
  "src/index": "src/index.ts",
  "src/testing/flavor-checks": "src/testing/flavor-checks.ts",
  // For tests, whose sources start what was built.
  "chunks/entries": "bundle/package-entries.ts",
};

/**
 * What is read together: a group has the files and folders of its list and all that these import, without what an
 * earlier group has. No program may be in one, since it would run with whatever else is asked for.
 */
const GROUPS = {
  // Where the programs lie.
  programs: ["bundle/package-entries.ts"],
  // What answers --help and --version.
  quick: ["cli/run.ts", "cli/output.ts", "cli/io.ts", "cli/early-end.ts", "cli/error-style.ts"],
  // What both commands and workers read values with.
  values: ["node_modules/zod/", "src/core/json.ts", "src/core/nearest-word.ts", "src/core/read-once.ts"],
  // What reads a command line and decides its options.
  command: ["cli/program.ts", "cli/command-details.ts", "cli/run-command.ts"],
  // What runs a model, which is all that a worker process needs: what its program imports.
  engine: [
    "end-with-parent",
    "error-fields",
    "frames",
    "load-order",
    "process-group",
    "protocol",
    "received-calls",
  ].map((name) => `src/workers/${name}.ts`),
  // What every command that takes a model needs besides.
  opening: ["cli/open.ts", "cli/flavors.ts"],
  // What a program that serves needs besides, and what `mlserve serve` does.
  server: ["src/serve/"],
  serve: ["cli/serve.ts"],
};

/** What rolldown itself adds, in the place of syntax that Node 20 does not have. */
const HELPERS = "@oxc-project/runtime";

/** Packages that are read with every start are in the bundle; all others are imported where they are installed. */
const BUNDLED = [
  ...[
    "@bufbuild/protobuf",
    "@hono/node-server",
    "commander",
    "hono",
    "pino",
    "prom-client",
    "tar-stream",
    "yaml",
    "zod",
  ],
];

/** Where the programs lie. */
const REPLACED = {
  "src/workers/entry.ts": "bundle/package-entries.ts",
  "cli/watch/packing-entry.ts": "bundle/package-entries.ts",
  "cli/processes/serving-entry.ts": "bundle/package-entries.ts",
  "cli/main-entry.ts": "bundle/package-entries.ts",
};

/** Writes the JavaScript of the package into a folder, and gives the files that it is made of. */
export async function bundlePackage(folder) {
  return await writeBundle({
    input: ENTRIES,
    external: isExternal,
    replaced: REPLACED,
    preserveEntrySignatures: "allow-extension",
    output: {
      dir: folder,
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      codeSplitting: { groups: Object.entries(GROUPS).map(toGroup) },
    },
  });
}

function toGroup([name, places], index) {
  const paths = places.map((place) => join(ROOT, place));
  return {
    name,
    test: (id) => paths.some((path) => id.startsWith(path)),
    priority: Object.keys(GROUPS).length - index,
  };
}

/** Packages import what they need from where they lie. */
function isExternal(id, importer) {
  if (importer === undefined || /^\.|^\/|^[A-Za-z]:/.test(id) || /[\\/]node_modules[\\/]/.test(importer)) return false;
  return ![HELPERS, ...BUNDLED].some((name) => id === name || id.startsWith(`${name}/`));
}
