import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Batch } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import { silentLogger } from "../../src/core/logger.js";
import type { Tensor } from "../../src/core/tensor.js";
import { readConfig } from "../../src/flavors/config-schema.js";
import type { LoadOptions, Predictor } from "../../src/flavors/flavor.js";
import { loadPredictor } from "../../src/flavors/load-predictor.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import type { Model, ModelFiles } from "../../src/format/model.js";
import { NO_SIGNATURE } from "../../src/format/signature.js";

/** The flavor of ONNX alone. */
export const ONNX = createFlavorRegistry([onnxFlavor]);

export const FIXTURES = fileURLToPath(new URL("../fixtures/models/", import.meta.url));

/** How the files of a test are opened: as those of a private folder, or as those of any other. */
export interface Opening {
  readonly isPrivate?: boolean;
}

/** A model in a plain folder, without an MLmodel file. */
export async function openFolder(folder: string, { isPrivate = false }: Opening = {}): Promise<Model> {
  const sizes = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes.set(
      path
        .slice(folder.replace(/[\\/]$/, "").length + 1)
        .split(sep)
        .join(posix.sep),
      (await stat(path)).size,
    );
  }
  return {
    name: "test",
    descriptor: {
      flavors: new Map(),
      signature: NO_SIGNATURE,
      modelUuid: undefined,
      mlflowVersion: undefined,
      metadata: undefined,
      inputExample: undefined,
      raw: {},
    },
    files: { ...filesOf(folder, sizes), isPrivate: () => isPrivate },
    digest: undefined,
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
}

function filesOf(folder: string, sizes: ReadonlyMap<string, number>): ModelFiles {
  const known = (name: string): number => {
    const size = sizes.get(name);
    if (size === undefined) throw new MlserveError("invalid_package", `no file ${name}`);
    return size;
  };
  const path = (name: string): string => {
    known(name);
    return join(folder, name);
  };
  return {
    names: [...sizes.keys()].sort(),
    has: (name) => sizes.has(name),
    size: known,
    path,
    read: async (name) => readFile(path(name)),
  };
}

export type Files = Readonly<Record<string, Uint8Array>>;

/** Runs `work` in a folder of these files, and removes it. */
export async function withFolder<T>(files: Files, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "mlserve-onnx-"));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Loads a folder's model; `block` is its `flavors.onnx`. */
export async function loadFolder(
  folder: string,
  block: object = {},
  { isPrivate = false, ...options }: Partial<LoadOptions> & Opening = {},
): Promise<Predictor> {
  const chosen = { flavor: onnxFlavor, config: readConfig(onnxFlavor, block) };
  return loadPredictor(chosen, await openFolder(folder, { isPrivate }), { logger: silentLogger, ...options });
}

/** Loads `model.onnx` with what lies beside it, runs `work` on its predictor, and disposes of both. */
export async function withPredictor<T>(
  files: Files,
  work: (predictor: Predictor) => Promise<T>,
  block: object = {},
  opening: Opening = {},
): Promise<T> {
  return withFolder(files, async (folder) => {
    const predictor = await loadFolder(folder, block, opening);
    try {
      return await work(predictor);
    } finally {
      await predictor[Symbol.asyncDispose]();
    }
  });
}

/** Checks and loads a model that must be refused, and gives the error, which has to be the same both times. */
export async function refusalOf(files: Files, block: object = {}): Promise<MlserveError> {
  return withFolder(files, async (folder) => {
    const model = await openFolder(folder);
    const config = readConfig(onnxFlavor, block);
    const checked = await failureOf(onnxFlavor.check?.(model, config));
    const loaded = await failureOf(onnxFlavor.load(model, config, { logger: silentLogger }));
    if (checked.message !== loaded.message)
      throw new Error(`check said ${checked.message}, load said ${loaded.message}`);
    return loaded;
  });
}

export async function failureOf(work: Promise<unknown> | undefined): Promise<MlserveError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MlserveError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

export async function predict(predictor: Predictor, batch: Batch): Promise<ReadonlyMap<string, Tensor>> {
  const answer = await predictor.predict(batch, { params: new Map(), signal: new AbortController().signal });
  if (!("tensors" in answer)) throw new Error("the answer has no tensors");
  return answer.tensors;
}

export const tensors = (entries: Readonly<Record<string, Tensor>>): Batch => ({
  kind: "tensors",
  tensors: new Map(Object.entries(entries)),
});
