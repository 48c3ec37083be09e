import type { DescribedModel, Flavor } from "../flavors/flavor.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import { formatChecksums, sha256Of } from "../format/checksums.js";
import { hashFile } from "../format/file-bytes.js";
import { MLMODEL_FILE, parseMlmodel } from "../format/mlmodel.js";
import { stringifyMlmodel } from "../format/mlmodel-writer.js";
import { createModelFiles, type FoundFile } from "../format/model-files.js";
import type { PathSource } from "../format/package-writer.js";
import type { Signature } from "../format/signature.js";
import { formatSignature } from "../format/signature-json.js";
import { detectFlavor } from "./detect-flavor.js";
import type { BareSource } from "./find-source.js";
import { exampleName, type InputExample, readInputExample } from "./input-example.js";
import { type Metadata, toMetadata } from "./package-metadata.js";
import type { PreparedModel } from "./prepared-model.js";
import type { Progress } from "./progress.js";

export interface BareModelOptions {
  readonly name?: string | undefined;
  /** More entries for `metadata`. */
  readonly metadata?: Metadata | undefined;
  readonly inputExample?: string | undefined;
  /** What takes the place of the parts that the graph says. */
  readonly signature?: Partial<Signature> | undefined;
  readonly flavors: FlavorRegistry;
  readonly useFlavor?: string | undefined;
  /** The time the model is said to be made. */
  readonly modifiedAt: Date;
  readonly progress: Progress;
}

/** Writes the MLmodel file that a bare model lacks, from what a flavor reads in its files. */
export async function prepareBare(source: BareSource, options: BareModelOptions): Promise<PreparedModel> {
  const { flavor, described: graph } = await describe(source, options);
  const files = source.files.filter(({ name }) => graph.files?.includes(name) ?? true);
  const hashed = await hashAll(files, options.progress);
  const signature = { ...graph.signature, ...options.signature };
  const example = await readExample(options, signature, graph);
  const described = { ...graph, signature: example?.signature ?? signature };
  const content = Buffer.from(stringifyMlmodel(toMapping(described, hashed, example, { ...options, flavor })));
  const descriptor = parseMlmodel(content);
  const model = {
    name: options.name ?? source.name,
    descriptor,
    files: createModelFiles(files),
    digest: undefined,
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
  return {
    model,
    sources: [{ name: MLMODEL_FILE, content }, ...(example?.files ?? []), ...hashed],
    warnings: warningsOf(described),
    ...(example?.inferred === true ? { signatureFrom: exampleName(options.inputExample ?? "") } : {}),
  };
}

/** A table says more of its columns than the graph does, but less than what the caller gives. */
async function readExample(
  { inputExample, signature: given }: BareModelOptions,
  signature: Signature,
  { isSignatureWritten = false }: DescribedModel,
): Promise<InputExample | undefined> {
  if (inputExample === undefined) return undefined;
  const isGiven = (given !== undefined && "inputs" in given) || (isSignatureWritten && signature.inputs !== undefined);
  return readInputExample(inputExample, signature, { infer: !isGiven });
}

/** What a flavor reads in the files, or what was found out of a function while it was bundled. */
async function describe(
  source: BareSource,
  { flavors, useFlavor }: BareModelOptions,
): Promise<{ readonly flavor: Flavor | undefined; readonly described: DescribedModel }> {
  const { described } = source;
  if (described === undefined) return await detectFlavor(source, flavors, useFlavor);
  return { flavor: flavors.get(Object.keys(described.flavors)[0] ?? ""), described };
}

/** Before they are written, for the MLmodel file comes first and its uuid covers them. */
async function hashAll(files: readonly FoundFile[], progress: Progress): Promise<PathSource[]> {
  // Once now and once when they are written.
  for (const { bytes } of files) progress.expect(2 * bytes);
  const hashed: PathSource[] = [];
  for (const file of files) {
    const { bytes, sha256 } = await hashFile(file, progress.add);
    hashed.push({ name: file.name, path: file.path, bytes, sha256 });
  }
  return hashed;
}

/** The format that is written here is that of this version. */
const MLFLOW_VERSION = "3.17.2";

/** The fields of MLflow's own files, without those that only Python or a tracking server gives a meaning. */
function toMapping(
  { flavors, signature }: DescribedModel,
  files: readonly PathSource[],
  example: InputExample | undefined,
  { name, metadata, flavor, modifiedAt }: BareModelOptions & { readonly flavor: Flavor | undefined },
): Record<string, unknown> {
  const checksums = new Map(files.map((file) => [file.name, file.sha256 ?? ""]));
  const sizes = [
    ...files.map(({ bytes }) => bytes),
    ...(example?.files ?? []).map(({ content }) => content.byteLength),
  ];
  return {
    flavors,
    is_signature_from_type_hint: false,
    metadata: toMetadata({ name, metadata, flavor }),
    mlflow_version: MLFLOW_VERSION,
    model_id: null,
    model_size_bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    model_uuid: sha256Of(formatChecksums(checksums)).slice(0, 32),
    prompts: null,
    ...(example === undefined ? {} : { saved_input_example_info: example.info }),
    signature: formatSignature(signature),
    type_hint_from_example: false,
    utc_time_created: toPythonTime(modifiedAt),
  };
}

/** `2026-01-02 03:04:05.000000`, in UTC. */
function toPythonTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")}.000000`;
}

function warningsOf({ signature, isSignatureWritten }: DescribedModel): string[] {
  if (signature.inputs !== undefined) return [];
  if (isSignatureWritten === true) return ["the function exports no signature of its input: requests are not checked"];
  return ["the model does not say what it takes in a way that a signature can hold: requests are not checked"];
}
