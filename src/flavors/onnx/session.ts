import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import type { ModelFiles } from "../../format/model.js";
import type { ExternalData } from "./external-data.js";
import { damagedModel, type OnnxGraph } from "./graph.js";
import { type HeldBytes, holdFile, holdParts } from "./held-bytes.js";
import { CPU, type Provider, type ReportProviders } from "./providers.js";
import { hasZipMap, needsRewrite, type ReadWeights, rewriteModel } from "./rewrite-model.js";
import type { OrtRuntime, OrtSession, OrtSessionOptions } from "./runtime.js";
import { loadFailure } from "./session-errors.js";

export interface SessionRequest {
  readonly graph: OnnxGraph;
  readonly files: ModelFiles;
  readonly options: OrtSessionOptions;
  readonly providers: readonly Provider[];
  readonly reportProviders: ReportProviders;
}

/** A session, and the providers that it was started with. */
export interface OpenedSession {
  readonly session: OrtSession;
  readonly providers: readonly Provider[];
}

/** Can the runtime read the file itself, so that nobody else has to hold its weights? */
export function isLoadedByPath(graph: OnnxGraph, files: ModelFiles): boolean {
  return graph.externalData.length === 0 ? !needsRewrite(graph) : !hasZipMap(graph) && mayMapWeights(graph, files);
}

/** May the runtime map the weights files, and keep them mapped? Windows would keep them from being removed. */
function mayMapWeights({ file, externalData }: OnnxGraph, files: ModelFiles): boolean {
  if (externalData.length === 0 || process.platform === "win32") return false;
  const isPrivate = (name: string): boolean => files.isPrivate?.(name) === true;
  return isPrivate(file) && externalData.every((data) => data.place === "initializer" && isPrivate(data.file));
}

/**
 * Makes a session of the model whose bytes are in `model`, which is released; of one {@link isLoadedByPath} without them.
 *
 * A file that holds its own weights is loaded by its path, which needs no second copy of them. Weights in other files the
 * runtime keeps mapped, and breaks when they are replaced: it gets their bytes instead, unless they lie in a private
 * folder. See docs/decisions/002-onnx-loading.md for the figures.
 *
 * Throws `invalid_model` and `unsupported_model`.
 */
export async function openSession(
  runtime: OrtRuntime,
  model: HeldBytes | undefined,
  request: SessionRequest,
): Promise<OpenedSession> {
  const { graph, files } = request;
  if (model === undefined) return await start(runtime, files.path(graph.file), request.options, request);
  if (mayMapWeights(graph, files)) return await openBeside(runtime, model, request);
  const weights = new Map<string, HeldBytes>();
  let source = model;
  try {
    for (const { file } of graph.externalData) {
      if (!weights.has(file)) weights.set(file, await holdFile(files.path(file), file));
    }
    source = rewrite(model, graph, weights);
    return await start(runtime, source.bytes, { ...request.options, externalData: buffers(graph, weights) }, request);
  } finally {
    model.release();
    source.release();
    for (const held of weights.values()) held.release();
  }
}

/** By its path too, once what replaces the file lies beside its weights. */
async function openBeside(runtime: OrtRuntime, model: HeldBytes, request: SessionRequest): Promise<OpenedSession> {
  const { graph, files, options } = request;
  const path = `${files.path(graph.file)}.${randomUUID()}`;
  let source = model;
  try {
    source = rewrite(model, graph, new Map());
    await writeFile(path, source.bytes, { flag: "wx", mode: 0o600 });
    return await start(runtime, path, options, request);
  } finally {
    model.release();
    source.release();
    await rm(path, { force: true });
  }
}

function rewrite(model: HeldBytes, graph: OnnxGraph, weights: ReadonlyMap<string, HeldBytes>): HeldBytes {
  if (!needsRewrite(graph)) return model;
  const readWeights = ({ file, offset, length }: ExternalData): Uint8Array => {
    const { bytes } = weights.get(file) ?? { bytes: new Uint8Array() };
    return bytes.subarray(offset, length === undefined ? undefined : offset + length);
  };
  const rewritten = holdParts(editModel(model.bytes, graph, readWeights), graph.file);
  model.release();
  return rewritten;
}

/** Parts of the file that nothing had to read before may be damaged. */
function editModel(bytes: Uint8Array, graph: OnnxGraph, readWeights: ReadWeights): Uint8Array[] {
  try {
    return rewriteModel(bytes, graph, readWeights);
  } catch (cause) {
    throw damagedModel(graph.file, cause);
  }
}

/** The weights files that initializers of the main graph lie in; the runtime refuses one that stands twice. */
function buffers(graph: OnnxGraph, weights: ReadonlyMap<string, HeldBytes>): { path: string; data: Uint8Array }[] {
  const used = new Map<string, Uint8Array>();
  for (const { file, location, place } of graph.externalData) {
    const held = weights.get(file);
    if (place === "initializer" && held !== undefined) used.set(location, held.bytes);
  }
  return Array.from(used, ([path, data]) => ({ path, data }));
}

/** A provider that does not start (no driver, no library) must not keep the model from being served. */
async function start(
  runtime: OrtRuntime,
  source: string | Uint8Array,
  options: OrtSessionOptions,
  request: SessionRequest,
): Promise<OpenedSession> {
  const { providers, reportProviders, graph } = request;
  try {
    return { session: await runtime.open(source, { ...options, executionProviders: providers }), providers };
  } catch (cause) {
    if (providers.every(({ name }) => name === CPU.name)) throw loadFailure(cause, graph.file);
    const opened = await start(runtime, source, options, { ...request, providers: [CPU] });
    const names = providers.filter(({ name }) => name !== CPU.name).map(({ name }) => name);
    reportProviders(`the execution providers ${names.join(", ")} do not start here: the model runs on the CPU`);
    return opened;
  }
}
