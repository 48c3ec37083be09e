import { posix } from "node:path";
import { type Layers, layerOf } from "./layers.js";
import type { ImportFact, SourceFile } from "./source-file.js";

/** Says what is wrong with a file, one sentence each. */
export type Rule = (file: SourceFile, layers: Layers) => readonly string[];

const MAX_LINES = 300;
const EMPTY_NAMES = ["utils", "util", "helpers", "helper", "manager", "common", "data", "info", "misc"];
/** The telemetry of onnxruntime can be turned off by nothing but a variable. */
const USES_ENVIRONMENT = ["src/flavors/onnx/runtime.ts"];
/** HTTP has dates: of answers, and of when to come again. */
const TELLS_DATES = ["src/serve/fast-lane/answer-text.ts", "src/images/registry/registry-client.ts"];
/** A program of its own. */
const PROGRAMS = ["src/workers/worker.ts"];
const RUNTIME = /^(onnxruntime|@tensorflow\/)/;

/** Every rule of docs/architecture.md that can be read off one file. */
export const RULES = {
  folders: (file, layers) => (layers.has(layerOf(file.path)) ? [] : ["its folder has no row in the table of layers"]),
  layers: (file, layers) => file.imports.flatMap((fact) => layerFault(file.path, fact, layers)),
  hono: (file) => packageFaults(file, /^(hono|@hono)(\/|$)/, ["http", "serve"]),
  pino: (file) => packageFaults(file, /^pino(\/|$)/, ["cli"]),
  runtimes: (file) => file.imports.flatMap((fact) => runtimeFault(file.path, fact)),
  process: (file) =>
    layerOf(file.path) === "cli" || [...USES_ENVIRONMENT, ...PROGRAMS].includes(file.path)
      ? []
      : file.processUses.map((use) => `${use} belongs to cli`),
  clock: (file) =>
    layerOf(file.path) === "cli" || TELLS_DATES.includes(file.path)
      ? []
      : file.wallClockUses.map((use) => `${use}: take the clock of core/clock.ts`),
  defaultExports: (file) => (file.defaultExport ? ["a default export: export it by name"] : []),
  moduleState: (file) => file.moduleState.map((name) => `module-level state: ${name}`),
  indexes: (file) =>
    /(^|\/)index\.ts$/.test(file.path) && !file.onlyReExports ? ["an index.ts only re-exports by name"] : [],
  length: (file) =>
    file.lines > MAX_LINES && !file.path.endsWith(".generated.ts") ? [`${file.lines} lines: at most ${MAX_LINES}`] : [],
  names: (file) =>
    file.path.split(/[/.]/).some((part) => EMPTY_NAMES.includes(part)) ? ["a name that says nothing"] : [],
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/** All faults of a file, each as `path: fault`. */
export function faultsOf(file: SourceFile, layers: Layers): string[] {
  return Object.values<Rule>(RULES).flatMap((rule) => rule(file, layers).map((fault) => `${file.path}: ${fault}`));
}

function layerFault(path: string, { specifier }: ImportFact, layers: Layers): string[] {
  const from = layerOf(path);
  const allowed = layers.get(from) ?? new Set();
  if (!specifier.startsWith(".")) return [];
  const to = layerOf(posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts"));
  if (to === from || allowed === "everything" || allowed.has(to)) return [];
  return [`${from} may not import ${to} (${specifier})`];
}

function packageFaults(file: SourceFile, pattern: RegExp, homes: readonly string[]): string[] {
  if (homes.includes(layerOf(file.path))) return [];
  return file.imports
    .filter(({ specifier }) => pattern.test(specifier))
    .map(({ specifier }) => `${specifier} belongs to ${homes.join(" and ")}`);
}

function runtimeFault(path: string, { specifier, kind }: ImportFact): string[] {
  if (!RUNTIME.test(specifier)) return [];
  if (!/^src\/flavors\/[^/]+\//.test(path)) return [`${specifier} belongs to its own flavor's folder`];
  return kind === "static" ? [`${specifier} is loaded with await import(), or imported as a type`] : [];
}

/** What a test file of a layer must mirror: `tests/core/json.test.ts` -> `src/core/json.ts` or the folder `src/core/json`. */
export function mirroredPaths(testPath: string, layers: Layers): readonly string[] | undefined {
  const inside = testPath.replace(/^tests\//, "");
  const layer = inside.split("/")[0] ?? "";
  if (!layers.has(layer) || !inside.includes("/")) return undefined;
  const root = layer === "cli" ? "" : "src/";
  // A second word (`app.limits.test.ts`) splits the tests of one file.
  const stem = posix.join(posix.dirname(inside), posix.basename(inside).split(".")[0] ?? "");
  return [`${root}${stem}.ts`, `${root}${stem}`];
}
