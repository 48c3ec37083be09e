import { basename, dirname, join, resolve } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import type { OnProgress } from "../core/progress.js";
import { type ChosenFlavor, chooseFlavor } from "../flavors/choose.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import { nameFault } from "../format/file-names.js";
import { MLMODEL_FILE } from "../format/mlmodel.js";
import type { ModelFile } from "../format/model-file.js";
import {
  type ContentSource,
  checkDate,
  type PackageSource,
  type WrittenPackage,
  writePackage,
} from "../format/package-writer.js";
import { realPathIfThere } from "../format/real-path.js";
import { SELF_TEST_FILE } from "../format/self-test-file.js";
import type { Signature } from "../format/signature.js";
import { findBeside } from "./detect-flavor.js";
import { type BareSource, type FunctionSource, findSource, type SavedSource, type Source } from "./find-source.js";
import { checkSavedFunction } from "./function/self-contained.js";
import { stageFunction } from "./function/stage.js";
import { checkMetadata } from "./package-metadata.js";
import { prepareBare } from "./prepare-bare.js";
import { prepareSaved } from "./prepare-saved.js";
import type { PreparedModel } from "./prepared-model.js";
import { createProgress, type Progress } from "./progress.js";
import { readSignature, signatureName } from "./read-signature.js";
import { makeSelfTest, NO_SELF_TEST, type SelfTestOutcome } from "./self-test.js";
import { withOutputs } from "./with-outputs.js";

/** What to pack, and what goes into the package besides. */
export interface PackOptions {
  /**
   * A folder saved by MLflow; an `.onnx` file with its weights beside it, or a folder that holds one; or a function in
   * JavaScript or TypeScript, or a folder with a `predict.ts`, `.mjs` or `.js`, whose code runs when it is packed.
   */
  readonly source: string;
  /**
   * The package to write, gzipped where it ends in `.tar.gz` or `.tgz`; one that is there is replaced.
   * Default: `<name>.tar` in the current folder.
   */
  readonly output?: string;
  /** What to call the model; kept in the package as `metadata.mlserve.name`. Default: the name of its file or folder. */
  readonly name?: string;
  /** Entries for `metadata` of the MLmodel file, beside those that are there; `mlserve` is taken. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * A JSON file with the parts of a signature (`inputs`, `outputs`, `params`) that take the place of those that the
   * model has, or that its graph says.
   */
  readonly signature?: string;
  /**
   * A JSON file, the body of a scoring request or the data that would stand in one; or a CSV table. The columns of a
   * table are the signature's inputs of a model without an MLmodel file, unless `signature` says them.
   */
  readonly inputExample?: string;
  /**
   * Run the model on its input example and keep the answer, which `validate --run` and `serve --self-test` compare
   * theirs with. Default true. Without it no runtime is needed, and the package is the same on every platform.
   */
  readonly selfTest?: boolean;
  /** Those that may know the files and run the model. */
  readonly flavors: FlavorRegistry;
  /**
   * The name of the flavor to use: of those that know the files, or that the MLmodel file has. Default: the only one that
   * knows the files, or the first of the registry that the MLmodel file has.
   */
  readonly useFlavor?: string;
  /** The time that every file of the package gets, and a bare model with them. Default: the start of 1970. */
  readonly modifiedAt?: Date;
  /** Where a function is bundled. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string;
  /** Gets the warnings that are in the result too. Default: nothing is logged. */
  readonly logger?: Logger;
  /** Told as files are read: bytes so far, and all that are to be read as far as is known. */
  readonly onProgress?: OnProgress;
  /** Told of the file that is written before it takes its place, for a program that may be ended meanwhile. */
  onTemporaryFile?(path: string): void;
  /** Told of the sources that a function was bundled from, by their absolute paths, before any of them runs. */
  onSources?(paths: readonly string[]): void;
}

/** The package that was written. */
export interface PackResult {
  /** The absolute path of the package. */
  readonly output: string;
  /** What the model is called. */
  readonly name: string;
  /** sha256 of the package. */
  readonly sha256: string;
  /** Size of the package in bytes. */
  readonly bytes: number;
  /** sha256 of its `SHA256SUMS`, which covers every file in it. */
  readonly digest: string;
  /** What is in it, in its order, without `SHA256SUMS`. */
  readonly files: readonly ModelFile[];
  /** The flavors of its MLmodel file. */
  readonly flavors: readonly string[];
  /** What the packed model takes and gives. */
  readonly signature: Signature;
  /** Whether an answer was recorded, or why not. */
  readonly selfTest: SelfTestOutcome;
  /** Models of other flavors beside a function that was found in a folder, and packed: `onnx (model.onnx)`. */
  readonly beside: readonly string[];
  /** What a person should know, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Makes a package of a model: the same input gives the same bytes.
 *
 * What cannot be served is refused before anything is written. Throws the model rows of the error table, `usage` for
 * options that do not fit together, `file_system`, and what the input example fails with; then nothing is left behind.
 */
export async function pack(options: PackOptions): Promise<PackResult> {
  const source = await findSource(options.source, options.useFlavor);
  return source.kind === "function" ? packFunction(source, options) : packModel(source, options);
}

/** A function is bundled first; what it becomes is a model like any other. */
async function packFunction(source: FunctionSource, options: PackOptions): Promise<PackResult> {
  const output = outputOf(source, options);
  const { temporaryFolder, signature, inputExample } = options;
  const place = await realPathIfThere(output);
  if (place !== undefined && !isArchiveName(output) && dirname(place) === (await realPathIfThere(source.folder)))
    throw overwrites(output);
  const given = [signature, inputExample].map((path) => (path === undefined ? undefined : realPathIfThere(path)));
  const ignore = [place, ...(await Promise.all(given))];
  const onSources = options.onSources?.bind(options);
  const onCode = (): void => options.onProgress?.({ work: "load" });
  const staged = await stageFunction(source, { temporaryFolder, ignore, onCode, ...(onSources && { onSources }) });
  try {
    const asked = !source.found || options.useFlavor !== undefined;
    const beside = asked ? [] : await findBeside(staged.source, options.flavors);
    return { ...(await packModel(staged.source, { ...options, output })), beside };
  } finally {
    staged.dispose();
  }
}

function outputOf(source: Source, options: PackOptions): string {
  return resolve(options.output ?? `${checkName(options.name ?? source.name)}.tar`);
}

async function packModel(source: SavedSource | BareSource, options: PackOptions): Promise<PackResult> {
  const output = outputOf(source, options);
  checkLabel(options.name);
  checkMetadata(options.metadata ?? {});
  checkDate(options.modifiedAt ?? new Date(0));
  const progress = createProgress(options.onProgress);
  const described = await prepare(source, output, progress, options);
  const chosen = chooseFlavor(described.model.descriptor, options.flavors, options);
  await checkServable(described, source, chosen, options);
  await refuseOverwrite(described, source, output);
  if (options.selfTest !== false) options.onProgress?.({ work: "self_test" });
  const selfTest = options.selfTest === false ? NO_SELF_TEST : await makeSelfTest(described, chosen);
  // The MLmodel file of a saved folder stays as it is where nothing was given.
  const open = options.inputExample !== undefined && chosen.flavor.checksOutputs !== true;
  const prepared = open ? withOutputs(described, selfTest.outputs) : described;
  const written = await writePackage(output, withSelfTest(prepared, selfTest.file), {
    modifiedAt: options.modifiedAt,
    onBytes: progress.add,
    onTemporaryFile: options.onTemporaryFile?.bind(options),
  });
  const logger = options.logger ?? silentLogger;
  for (const warning of prepared.warnings) logger.warn({ model: prepared.model.name }, warning);
  return { ...toResult(output, prepared, written), selfTest: selfTest.outcome, beside: [] };
}

/** One from an earlier package says nothing about this one. */
function withSelfTest({ sources }: PreparedModel, file: ContentSource | undefined): PackageSource[] {
  const others = sources.filter(({ name }) => name !== SELF_TEST_FILE);
  return file === undefined ? others : [...others, file];
}

/** What people read in one line of text. */
function checkLabel(name: string | undefined): void {
  if (name === undefined || /^[^\p{Cc}]+$/u.test(name)) return;
  throw new MlserveError("usage", "is empty or holds a control character", { where: `name ${quoteName(name)}` });
}

function checkName(name: string): string {
  const fault = name.includes("/") ? "the name holds a slash" : nameFault(name);
  if (fault === undefined) return name;
  const hint = "Give another with --name, or the package's own with --output";
  throw new MlserveError("usage", `${fault}, so that it cannot be that of a package`, {
    where: `name ${quoteName(name)}`,
    hint,
  });
}

async function prepare(
  source: SavedSource | BareSource,
  output: string,
  progress: Progress,
  options: PackOptions,
): Promise<PreparedModel> {
  const { name, metadata, inputExample, flavors, useFlavor, onProgress, modifiedAt = new Date(0) } = options;
  const shared = { name, metadata, inputExample, flavors, progress };
  const signature = options.signature === undefined ? undefined : await readSignature(options.signature);
  const signatureFrom = options.signature === undefined ? undefined : signatureName(options.signature);
  if (source.kind === "bare")
    return {
      signatureFrom,
      ...(await prepareBare(source, { ...shared, signature, useFlavor, modifiedAt })),
    };
  // A package that was written into the model's own folder is no part of the model.
  const ignore = isArchiveName(output) ? await realPathIfThere(output) : undefined;
  return { ...(await prepareSaved(source, { ...shared, signature, useFlavor, ignore, onProgress })), signatureFrom };
}

function isArchiveName(path: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(path);
}

async function checkServable(
  { model, signatureFrom: where }: PreparedModel,
  source: SavedSource | BareSource,
  { flavor, config }: ChosenFlavor,
  { onProgress }: PackOptions,
): Promise<void> {
  await flavor.check?.(model, config);
  if (source.kind === "saved") await checkSavedFunction(source.folder, model, { flavor, config });
  if (flavor.checkCode !== undefined) onProgress?.({ work: "load" });
  await flavor.checkCode?.(model, config);
  if (where === undefined) return;
  const [fault] = (await flavor.checkSignature?.(model, config, model.descriptor.signature)) ?? [];
  if (fault !== undefined) throw new MlserveError("invalid_descriptor", fault, { where });
}

async function refuseOverwrite(
  { sources }: PreparedModel,
  source: SavedSource | BareSource,
  output: string,
): Promise<void> {
  const place = await realPathIfThere(output);
  if (place === undefined) return;
  const isSource = sources.some((file) => "path" in file && file.path === place);
  // The MLmodel file is no source: the package gets one of its own.
  if (isSource || (source.kind === "saved" && place === (await realPathIfThere(join(source.folder, MLMODEL_FILE)))))
    throw overwrites(output);
}

function overwrites(output: string): MlserveError {
  return new MlserveError("usage", "is a file of the model itself", {
    where: `output ${quoteName(basename(output))}`,
    hint: "Name another file",
  });
}

function toResult(
  output: string,
  { model, warnings }: PreparedModel,
  written: WrittenPackage,
): Omit<PackResult, "selfTest" | "beside"> {
  const { name, descriptor } = model;
  return {
    output,
    name,
    ...written,
    flavors: [...descriptor.flavors.keys()],
    signature: descriptor.signature,
    warnings,
  };
}
