import { posix } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Model, ModelFiles } from "../../format/model.js";
import { defineFlavor, type LoadOptions, type Predictor } from "../flavor.js";
import { signatureFaults } from "../inputs/check-signature.js";
import { type OnnxConfig, onnxConfig } from "./config.js";
import { describeGraph, findOnnxFile } from "./describe.js";
import { checkExternalData } from "./external-data.js";
import { type OnnxGraph, readOnnxGraph } from "./graph.js";
import { type HeldBytes, holdFile } from "./held-bytes.js";
import { holdGraph } from "./hold-graph.js";
import { MAX_INLINE_BYTES, mayRunInline } from "./inline.js";
import { createOnnxPredictor } from "./predictor.js";
import { chooseProviders, createProvidersReport } from "./providers.js";
import { importRuntime } from "./runtime.js";
import { isLoadedByPath, openSession } from "./session.js";
import { toSessionOptions } from "./session-options.js";

/** ONNX models, as MLflow saves them (`mlflow.onnx`) or as a bare file, run by onnxruntime-node. */
export const onnxFlavor = defineFlavor<OnnxConfig>({
  name: "onnx",
  config: onnxConfig,
  runtimePackage: "onnxruntime-node",
  usesThreads: true,
  looksFor: "an .onnx file",
  load,
  async check({ files }, config) {
    await readGraphOf(files, locate(files, config));
  },
  async isolation({ files }, config) {
    const file = locate(files, config);
    // A large file need not be read to know where it runs.
    if (files.size(file) > MAX_INLINE_BYTES) return "process";
    return mayRunInline(await readGraphOf(files, file), files) ? "inline" : "process";
  },
  async checkSignature({ files }, config, signature) {
    return signatureFaults(await readGraphOf(files, locate(files, config)), signature);
  },
  async describe(files, request) {
    const file = findOnnxFile(files, request);
    return file === undefined ? undefined : describeGraph(await readGraphOf(files, file), files);
  },
});

async function load({ files }: Model, config: OnnxConfig, loadOptions: LoadOptions): Promise<Predictor> {
  const file = locate(files, config);
  const runtime = await importRuntime();
  const { logger } = loadOptions;
  const options = toSessionOptions(config.onnx_session_options, loadOptions, logger);
  const reportProviders = createProvidersReport(config, logger);
  const wanted = chooseProviders(config.providers, runtime.backends, reportProviders);
  const known = await readGraphOf(files, file);
  const { model, graph } = isLoadedByPath(known, files)
    ? { model: undefined, graph: known }
    : await readModel(files, file);
  const { session, providers } = await openSession(runtime, model, {
    graph,
    files,
    options,
    providers: wanted,
    reportProviders,
  });
  const facts = {
    runtime: "onnxruntime-node",
    version: runtime.version,
    providers: providers.map(({ name }) => name).join(", "),
    ...(options.intraOpNumThreads === undefined ? {} : { threads: options.intraOpNumThreads }),
  };
  return createOnnxPredictor(session, graph, { runtime: facts, mayBatch: config.batchable !== false });
}

function locate(files: ModelFiles, { data }: OnnxConfig): string {
  const file = posix.normalize(data);
  if (files.has(file)) return file;
  throw new MlserveError("invalid_descriptor", `${quoteName(data)} is not among the model's files`, {
    where: "MLmodel: flavors.onnx.data",
  });
}

/** Without reading the weights, which may be many. */
async function readGraphOf(files: ModelFiles, file: string): Promise<OnnxGraph> {
  const held = await holdGraph(files.path(file), file);
  try {
    return readChecked(held, files, file);
  } finally {
    held.release();
  }
}

/** The bytes of the ONNX file, for the caller to release, and the graph in these very bytes. */
async function readModel(files: ModelFiles, file: string): Promise<{ model: HeldBytes; graph: OnnxGraph }> {
  const model = await holdFile(files.path(file), file);
  try {
    return { model, graph: readChecked(model, files, file) };
  } catch (error) {
    model.release();
    throw error;
  }
}

function readChecked({ bytes }: HeldBytes, files: ModelFiles, file: string): OnnxGraph {
  const graph = readOnnxGraph(bytes, file);
  for (const data of graph.externalData) checkExternalData(data, file, files);
  return graph;
}
