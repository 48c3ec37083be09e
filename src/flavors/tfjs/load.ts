import { posix } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import { type Logger, silentLogger } from "../../core/logger.js";
import type { Model, ModelFiles } from "../../format/model.js";
import type { Signature } from "../../format/signature.js";
import type { DescribedModel, DescribeRequest, LoadOptions, Predictor } from "../flavor.js";
import { signatureFaults } from "../inputs/check-signature.js";
import { chooseBackend } from "./backends.js";
import type { BackendName, TfjsConfig } from "./config.js";
import { describeTfModel, findModelJson } from "./describe.js";
import { takeTurn } from "./engine.js";
import { readGraph } from "./graph.js";
import { readLayers } from "./layers.js";
import { loadTfModel, type ReadModel } from "./load-model.js";
import { parseModelJson } from "./model-json.js";
import { createTfPredictor } from "./predictor.js";
import { importRuntime, type TfRuntime } from "./runtime.js";
import { checkWeights, planWeights } from "./weights.js";

/** Throws what loading would find wrong with the files. */
export async function check({ files }: Model, config: TfjsConfig): Promise<void> {
  const { json, weights } = await readModel(files, locate(files, config));
  await checkWeights(weights, json.file, files);
}

export async function checkSignature(
  { files }: Model,
  config: TfjsConfig,
  signature: Signature,
): Promise<readonly string[]> {
  const { topology } = await readModel(files, locate(files, config));
  return signatureFaults(topology, signature);
}

export async function describe(files: ModelFiles, request?: DescribeRequest): Promise<DescribedModel | undefined> {
  const file = await findModelJson(files, request);
  return file === undefined ? undefined : describeFile(files, file);
}

export async function load(model: Model, config: TfjsConfig, options: LoadOptions): Promise<Predictor> {
  const predictor = await loadOnBest(model, config, options);
  return config.batchable === false ? { ...predictor, batchable: false } : predictor;
}

async function loadOnBest({ files }: Model, config: TfjsConfig, { logger }: LoadOptions): Promise<Predictor> {
  const read = await readModel(files, locate(files, config));
  const runtime = await importRuntime(logger);
  const backend = await choose(runtime, read, config, logger);
  return createTfPredictor(runtime, await loadTfModel(runtime, read, files, backend), backend);
}

function locate(files: ModelFiles, { model }: TfjsConfig): string {
  const file = posix.normalize(model);
  if (files.has(file)) return file;
  throw new MlserveError("invalid_descriptor", `${quoteName(model)} is not among the model's files`, {
    where: "MLmodel: flavors.tfjs.model",
  });
}

async function readModel(files: ModelFiles, file: string): Promise<ReadModel> {
  const json = parseModelJson(await files.read(file), file);
  const weights = planWeights(json);
  return { json, topology: json.kind === "graph" ? readGraph(json) : readLayers(json), weights };
}

function choose(runtime: TfRuntime, { topology }: ReadModel, config: TfjsConfig, logger: Logger): Promise<BackendName> {
  const needed = topology.kind === "graph" ? topology : NOTHING_RARE;
  return takeTurn(runtime.core, undefined, () => chooseBackend(runtime, needed, config, logger));
}

/** Every backend has what the layers that are served compute with. */
const NOTHING_RARE = { operators: new Set<string>(), channelsFirst: new Set<string>() };

/** A graph says what it returns; layers have to be built for that. */
async function describeFile(files: ModelFiles, file: string): Promise<DescribedModel> {
  const read = await readModel(files, file);
  const { topology, weights } = read;
  await checkWeights(weights, file, files);
  if (topology.kind === "graph") return describeTfModel(file, weights, topology);
  const runtime = await importRuntime(silentLogger);
  const backend = await choose(runtime, read, { model: file }, silentLogger);
  const model = await loadTfModel(runtime, read, files, backend);
  await takeTurn(runtime.core, backend, async () => model.dispose());
  return describeTfModel(file, weights, model);
}
