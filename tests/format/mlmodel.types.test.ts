import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { EXIT, MlserveError } from "../../src/core/errors.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { openModel } from "../../src/format/open-model.js";
import { validateModel } from "../../src/pack/validate.js";
import { loadModel } from "../../src/serve/load.js";
import { modelPath } from "../support/golden.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);

/** One of each type that YAML and JSON have, and what is odd of it. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 1.5, 1e308, 9007199254740993n, Number.NaN, Number.POSITIVE_INFINITY],
  ...["", "text", "\u0000", "../../etc/passwd", "/etc/passwd", "[", "x".repeat(10_000), "💥", "\ud800"],
  ...[[], [[]], [null], ["text", 1], {}, { a: 1 }, { type: {} }, [{ type: "double" }], new Array(1000).fill("tensor")],
];

type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

/** The way to every value within a value, deepest last. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const keys = Array.isArray(value) ? [...value.keys()] : isContainer(value) ? Object.keys(value) : [];
  const inner = isContainer(value) ? keys.flatMap((key) => pathsOf(value[key], [...path, key])) : [];
  return [...(path.length === 0 ? [] : [path]), ...inner];
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

function withValue(source: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!isContainer(source)) throw new Error("no such path");
  const copy: Container = Array.isArray(source) ? Object.assign([], source) : { ...source };
  copy[key] = withValue(source[key], rest, value);
  return copy;
}

/**
 * Whatever is wrong with a model is told as a fault of the model, in one line without a path or a stack. Gives whether
 * something is.
 */
async function hasModelFault(work: () => Promise<unknown>, what: string): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (!(error instanceof MlserveError)) throw new Error(what, { cause: error });
    expect([EXIT.model, EXIT.failure, EXIT.environment, EXIT.input], what).toContain(error.exitCode);
    expect(error.kind, `${what}: ${error.message}`).not.toBe("internal");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(error.message, what).not.toMatch(/[\u0000-\u001f]/);
    expect(error.message, what).not.toContain(folder.path);
    return true;
  }
}

async function tryAll(model: string, mapping: unknown, paths: readonly Path[], toText: (changed: unknown) => string) {
  cpSync(modelPath(model), folder.at("model"), { recursive: true });
  let refused = 0;
  for (const path of paths) {
    for (const value of VALUES) {
      writeFileSync(join(folder.at("model"), "MLmodel"), toText(withValue(mapping, path, value)));
      const what = `${path.join(".")} = ${JSON.stringify(String(value)).slice(0, 60)}`;
      if (await isRefused(what, UNREAD.has(String(path[0])))) refused++;
    }
  }
  expect(refused).toBeGreaterThan(paths.length);
}

/** Fields that nothing is loaded by. */
const UNREAD: ReadonlySet<string> = new Set([
  ...["is_signature_from_type_hint", "mlflow_version", "model_id", "model_size_bytes", "model_uuid", "prompts"],
  ...["type_hint_from_example", "utc_time_created"],
]);

/** Those that are read without a fault are loaded too. */
async function isRefused(what: string, isUnread: boolean): Promise<boolean> {
  const model = folder.at("model");
  const hasFault = await hasModelFault(async () => await using(await openModel(model)), what);
  if (hasFault) return true;
  await hasModelFault(() => validateModel(model, { flavors }), what);
  if (isUnread) return false;
  return await hasModelFault(async () => await using(await loadModel(model, { flavors })), what);
}

async function using(opened: AsyncDisposable): Promise<void> {
  await opened[Symbol.asyncDispose]();
}

function readMapping(model: string): unknown {
  return parse(readFileSync(join(modelPath(model), "MLmodel"), "utf8"));
}

/** With every key that the flavor knows. */
const BLOCKS = {
  iris_zipmap: {
    onnx: {
      data: "model.onnx",
      providers: ["CPUExecutionProvider", ["CUDAExecutionProvider", { device_id: 0 }]],
      onnx_session_options: {
        inter_op_num_threads: 1,
        intra_op_num_threads: 1,
        execution_mode: "sequential",
        graph_optimization_level: 99,
        extra_session_config: { "session.x": "1" },
      },
      batchable: true,
    },
  },
  py_types: {
    js_function: {
      module: "predict.mjs",
      export: "default",
      config: { a: 1 },
      node: ">=20",
      batchable: false,
      concurrency: 4,
    },
  },
} as const;

describe("a wrong type in any field of an MLmodel file", () => {
  it.each(Object.entries(BLOCKS))(
    "is a fault of the model, and no crash: %s",
    { timeout: 180_000 },
    async (model, block) => {
      const mapping = { ...(readMapping(model) as object), flavors: block };
      await tryAll(model, mapping, pathsOf(mapping), (changed) => stringify(changed));
    },
  );

  it.each(["py_types", "onnx_params", "py_object", "tensor_dtypes"])(
    "of the signature is one too: %s",
    { timeout: 180_000 },
    async (model) => {
      const mapping = readMapping(model) as { signature: Record<string, string | null> };
      for (const [part, text] of Object.entries(mapping.signature)) {
        if (typeof text !== "string") continue;
        const specs: unknown = JSON.parse(text);
        // Specs are alike: the first ones have every key.
        const paths = pathsOf(specs).filter(([index = 0]) => Number(index) < 2);
        const toText = (changed: unknown): string =>
          stringify({ ...mapping, signature: { ...mapping.signature, [part]: JSON.stringify(changed, plain) } });
        await tryAll(model, specs, [[], ...paths], toText);
      }
    },
  );
});

/** JSON has no bigint. */
function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
