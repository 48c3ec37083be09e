import { posix } from "node:path";
import type { Batch } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import type { Model, ModelFiles } from "../../format/model.js";
import { readConfig } from "../config-schema.js";
import { type DescribedModel, type Flavor, isOutputStream, type LoadOptions, type Predictor } from "../flavor.js";
import { loadPredictor } from "../load-predictor.js";
import { toModelFailure } from "./fault.js";
import { withoutPrototype } from "./input.js";
import { readTensors } from "./read-tensors.js";

/** A model that lies beside a function, run by the runtime of its flavor. */
export interface OpenedModel<Output extends string = string> {
  /** Runtime and version, threads, … */
  readonly runtime: Readonly<Record<string, string | number>>;
  /**
   * Takes and gives tensors by name, `{ dtype, shape, data }`; one that is alone needs no name.
   *
   * Throws `model_failed` for what are no tensors, and what the runtime refuses them with.
   */
  predict(inputs: unknown): Promise<Readonly<Record<Output, Tensor>>>;
}

/** Opens a model's file by its name in the package; the caller knows its outputs. It is closed with the function. */
export type OpenFile = <Output extends string = string>(name: string) => Promise<OpenedModel<Output>>;

export interface OpenFileOptions extends LoadOptions {
  /** The flavor that asks: no function is opened by another. */
  readonly asking: string;
}

/** What a function opens files with, and what closes them. */
export interface FileOpener extends AsyncDisposable {
  readonly open: OpenFile;
}

export function createFileOpener(model: Model, options: OpenFileOptions): FileOpener {
  const opened: Predictor[] = [];
  return {
    async open(name) {
      const predictor = await openFile(model, posix.normalize(name), options);
      opened.push(predictor);
      return toOpenedModel(predictor, `open(${quoteName(name)})`);
    },
    async [Symbol.asyncDispose]() {
      for (const predictor of opened.splice(0).reverse()) await predictor[Symbol.asyncDispose]();
    },
  };
}

async function openFile(model: Model, name: string, options: OpenFileOptions): Promise<Predictor> {
  const where = `open(${quoteName(name)})`;
  if (!model.files.has(name)) throw new MlserveError("invalid_model", "is not among the model's files", { where });
  const files = besides(model.files, name);
  for (const flavor of options.flavors?.flavors ?? []) {
    const described = flavor.name === options.asking ? undefined : await describe(flavor, files, posix.basename(name));
    if (described?.files?.includes(posix.basename(name)) !== true) continue;
    return loadWith(flavor, described, { ...model, files }, options);
  }
  const hint = "A function opens what mlserve pack takes: an .onnx file, say";
  throw new MlserveError("invalid_model", "no flavor knows this file", { where, hint });
}

/** The file and what may belong to it: the files of its folder, but for other models. */
function besides(files: ModelFiles, name: string): ModelFiles {
  const folder = name.includes("/") ? `${posix.dirname(name)}/` : "";
  const isOther = (other: string): boolean => other !== name && posix.extname(other) === posix.extname(name);
  const names = files.names.filter((other) => other.startsWith(folder) && !isOther(other));
  const known = new Set(names);
  const full = (inner: string): string => folder + inner;
  return {
    names: names.map((other) => other.slice(folder.length)),
    has: (inner) => known.has(full(inner)),
    size: (inner) => files.size(full(inner)),
    path: (inner) => files.path(full(inner)),
    isPrivate: (inner) => files.isPrivate?.(full(inner)) === true,
    read: (inner) => files.read(full(inner)),
  };
}

/** A flavor that finds several models of its own among the files is not meant. */
async function describe(flavor: Flavor, files: ModelFiles, file: string): Promise<DescribedModel | undefined> {
  try {
    return await flavor.describe?.(files, { file });
  } catch (error) {
    if (error instanceof MlserveError && error.kind === "usage") return undefined;
    throw error;
  }
}

function loadWith(
  flavor: Flavor,
  { flavors, signature }: DescribedModel,
  model: Model,
  { asking: _, ...options }: OpenFileOptions,
): Promise<Predictor> {
  const descriptor = { ...model.descriptor, flavors: new Map(Object.entries(flavors)), signature };
  const chosen = { flavor, config: readConfig(flavor, flavors[flavor.name]) };
  return loadPredictor(chosen, { ...model, descriptor }, options);
}

function toOpenedModel(predictor: Predictor, where: string): OpenedModel {
  return {
    runtime: predictor.runtime,
    async predict(inputs) {
      const batch = readTensors(inputs);
      if (batch === undefined)
        throw new MlserveError("model_failed", "expected tensors: { dtype, shape, data }, or an object of them", {
          where,
        });
      if ("reason" in batch) throw toModelFailure(batch, where);
      const outputs = await predictor.predict(batch, { params: new Map(), signal: new AbortController().signal });
      if (isOutputStream(outputs)) throw new MlserveError("model_failed", "it streams its outputs", { where });
      return toTensors(outputs, where);
    },
  };
}

function toTensors(outputs: Batch, where: string): Readonly<Record<string, Tensor>> {
  if (outputs.kind === "value") throw new MlserveError("model_failed", "it gives no tensors", { where });
  if (outputs.kind === "tensors") return withoutPrototype<Tensor>(outputs.tensors);
  const { rows, columns } = outputs;
  return withoutPrototype<Tensor>(Array.from(columns, ([name, column]) => [name, { ...column, shape: [rows] }]));
}
