import type { KeyObject } from "node:crypto";
import { MlserveError, quoteName } from "../core/errors.js";
import { countBytes, type OnProgress } from "../core/progress.js";
import {
  CHECKSUMS_FILE,
  type Checksums,
  changedFile,
  checkFile,
  checkListComplete,
  isListed,
  listFaults,
  MAX_CHECKSUMS_BYTES,
  parseChecksums,
  SIGNATURE_FILE,
} from "./checksums.js";
import { hashFile, readFileHashed } from "./file-bytes.js";
import { MAX_MLMODEL_BYTES, MLMODEL_FILE, type MlmodelDescriptor, parseMlmodel, surveyMlmodel } from "./mlmodel.js";
import type { Model } from "./model.js";
import { createModelFiles, type FoundFile } from "./model-files.js";
import { checkSignature, MAX_SIGNATURE_BYTES } from "./signing.js";

/** A found file whose sha256 is known, where it was hashed when it was unpacked. */
export interface HashedFile extends FoundFile {
  readonly sha256?: string;
}

/** The files of a model before anything has read them. */
export interface FoundModel {
  readonly files: readonly HashedFile[];
  /** For people, unless the MLmodel file knows better. */
  readonly name: string;
  /** What to call it in an error. */
  readonly where: string;
  readonly kind: "folder" | "archive";
  /** They lie where others may change them: those that are read again have to be the ones that were hashed. */
  readonly isPinned?: boolean;
  dispose(): void;
}

/** A model whose files were just found to be those that are listed, where there is a list. */
export interface VerifiedModel extends Model {
  readonly checksums: Checksums | undefined;
}

/** What a model has to be before it is used. */
export interface ModelChecks {
  readonly requireChecksums?: boolean;
  readonly trust?: readonly KeyObject[];
}

/** Checks the files, then reads the MLmodel file. Throws as `openModel` does; the caller cleans up. */
export async function readModel(
  found: FoundModel,
  { requireChecksums = false, trust, onProgress }: ModelChecks & { readonly onProgress?: OnProgress },
): Promise<VerifiedModel> {
  const list = await readList(found);
  if (list === undefined && requireChecksums) throw withoutList(found);
  const signer = trust === undefined ? undefined : await signerOf(found, list, trust);
  if (list !== undefined) await verify(found.files, list.checksums, onProgress);
  const descriptor = await readDescriptor(found, list?.checksums);
  const files = createModelFiles(
    found.files.filter(({ name }) => isListed(name)),
    found.isPinned === true ? pinsOf(found.files) : list?.checksums,
    found.isPinned,
  );
  return {
    name: packedName(descriptor) ?? found.name,
    descriptor,
    files,
    digest: list?.digest,
    checksums: list?.checksums,
    signer,
    warnings: [...(list === undefined ? [UNCHECKED] : []), ...(found.isPinned === true ? [PINNED] : [])],
    async [Symbol.asyncDispose]() {
      found.dispose();
    },
  };
}

const UNCHECKED = `the model has no ${CHECKSUMS_FILE}, so its files are used unchecked; mlserve pack adds one`;
const PINNED =
  "there is no folder for a private copy of the model's files (TMPDIR), so they are used where they are: no worker starts once they have changed";

/** The sha256 of files that were hashed. */
export function pinsOf(files: readonly HashedFile[]): Checksums {
  return new Map(files.flatMap(({ name, sha256 }) => (sha256 === undefined ? [] : [[name, sha256] as const])));
}

/** A model as far as it could be read, with all that is wrong with it. */
export interface SurveyedModel {
  readonly checksumFaults: readonly MlserveError[];
  readonly descriptorFaults: readonly MlserveError[];
  /** undefined when the MLmodel file says too little. */
  readonly model: Model | undefined;
}

/**
 * Reads on where {@link readModel} stops at the first fault.
 *
 * Throws `model_not_found` or `invalid_package` without an MLmodel file, and `file_system`; the caller cleans up.
 */
export async function surveyModel(found: FoundModel, onProgress?: OnProgress): Promise<SurveyedModel> {
  const content = await readMlmodelBytes(found);
  const { faults: checksumFaults, digest } = await surveyChecksums(found, onProgress);
  const { faults: descriptorFaults, descriptor } = surveyMlmodel(content);
  const model = descriptor && {
    name: packedName(descriptor) ?? found.name,
    descriptor,
    files: createModelFiles(found.files.filter(({ name }) => isListed(name))),
    digest,
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
  return { checksumFaults, descriptorFaults, model };
}

async function surveyChecksums(
  found: FoundModel,
  onProgress: OnProgress | undefined,
): Promise<{ faults: MlserveError[]; digest: string | undefined }> {
  const faults: MlserveError[] = [];
  try {
    const list = await readList(found);
    if (list === undefined) return { faults, digest: undefined };
    faults.push(...listFaults(list.checksums, namesOf(found.files)));
    const onBytes = countUnhashed(found.files, onProgress);
    for (const file of found.files.filter(({ name }) => list.checksums.has(name))) {
      const { sha256 } = await hashed(file, onBytes);
      if (list.checksums.get(file.name) !== sha256) faults.push(changedFile(file.name));
    }
    return { faults, digest: list.digest };
  } catch (error) {
    if (!(error instanceof MlserveError) || error.kind !== "invalid_package") throw error;
    return { faults: [error], digest: undefined };
  }
}

function namesOf(files: readonly HashedFile[]): string[] {
  return files.map(({ name }) => name);
}

async function hashed(file: HashedFile, onBytes: (bytes: number) => void): Promise<{ sha256: string }> {
  return file.sha256 === undefined ? hashFile(file, onBytes) : { sha256: file.sha256 };
}

interface ChecksumList {
  readonly checksums: Checksums;
  /** sha256 of the list itself. */
  readonly digest: string;
  readonly content: Uint8Array;
}

async function readList({ files }: FoundModel): Promise<ChecksumList | undefined> {
  const file = files.find(({ name }) => name === CHECKSUMS_FILE);
  if (file === undefined) return undefined;
  if (file.bytes > MAX_CHECKSUMS_BYTES)
    throw new MlserveError("invalid_package", `${CHECKSUMS_FILE} has more than ${MAX_CHECKSUMS_BYTES} bytes`);
  const { content, sha256 } = await readFileHashed(file, file.bytes);
  return { checksums: parseChecksums(content), digest: sha256, content };
}

/** The id of the key that signed a model. Throws `untrusted_package`, or `invalid_package` for what is no signature. */
export async function findSigner(found: FoundModel, trust: readonly KeyObject[]): Promise<string> {
  return signerOf(found, await readList(found), trust);
}

async function signerOf(
  found: FoundModel,
  list: ChecksumList | undefined,
  trust: readonly KeyObject[],
): Promise<string> {
  if (list === undefined) throw withoutList(found);
  const { files, where } = found;
  const file = files.find(({ name }) => name === SIGNATURE_FILE);
  if (file !== undefined && file.bytes > MAX_SIGNATURE_BYTES)
    throw new MlserveError("invalid_package", `${SIGNATURE_FILE} has more than ${MAX_SIGNATURE_BYTES} bytes`, {
      where,
    });
  return checkSignature(list.content, file && (await readFileHashed(file, file.bytes)).content, trust);
}

async function verify(
  files: readonly HashedFile[],
  checksums: Checksums,
  onProgress: OnProgress | undefined,
): Promise<void> {
  checkListComplete(checksums, namesOf(files));
  const onBytes = countUnhashed(files, onProgress);
  for (const file of files)
    if (isListed(file.name)) checkFile(checksums, file.name, (await hashed(file, onBytes)).sha256);
}

/** What was unpacked is hashed already. */
function countUnhashed(files: readonly HashedFile[], onProgress: OnProgress | undefined): (bytes: number) => void {
  const total = files.reduce((sum, { bytes, sha256 }) => sum + (sha256 === undefined ? bytes : 0), 0);
  return total === 0 ? () => {} : countBytes(onProgress, "check", total);
}

/** From the very bytes that were checked. */
async function readDescriptor(found: FoundModel, checksums: Checksums | undefined): Promise<MlmodelDescriptor> {
  return parseMlmodel(await readMlmodelBytes(found, checksums));
}

async function readMlmodelBytes(found: FoundModel, checksums?: Checksums): Promise<Uint8Array> {
  const file = found.files.find(({ name }) => name === MLMODEL_FILE);
  if (file === undefined) throw withoutDescriptor(found);
  if (file.bytes > MAX_MLMODEL_BYTES) {
    throw new MlserveError("invalid_descriptor", `the file has more than ${MAX_MLMODEL_BYTES} bytes`, {
      where: MLMODEL_FILE,
    });
  }
  return createModelFiles([file], checksums).read(MLMODEL_FILE);
}

function withoutDescriptor({ files, where, kind }: FoundModel): MlserveError {
  if (kind === "archive") {
    const hint = "Its files have to lie at the top of the archive, or all in one folder";
    return new MlserveError("invalid_package", "the archive has no MLmodel file", { where, hint });
  }
  const onnx = files.some(({ name }) => /^[^/]*\.onnx$/i.test(name));
  const hint = onnx
    ? "Run mlserve pack on it first"
    : (belowHint(files) ?? "Save a model there with MLflow, or run mlserve pack on an .onnx file");
  return new MlserveError("model_not_found", "the folder has no MLmodel file", { where, hint });
}

/** For the folder above the one that was meant. */
function belowHint(files: readonly FoundFile[]): string | undefined {
  const ending = `/${MLMODEL_FILE}`;
  const below = files.flatMap(({ name }) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
  if (below.length === 0) return undefined;
  return `Name the folder in it that has one: ${below.slice(0, 5).map(quoteName).join(", ")}`;
}

function withoutList({ where }: FoundModel): MlserveError {
  const hint = "Run mlserve pack on it, or leave --require-checksums out";
  return new MlserveError("invalid_package", `the model has no ${CHECKSUMS_FILE}`, { where, hint });
}

/** The name that `pack --name` wrote; of no meaning to MLflow, which passes metadata through. */
function packedName({ metadata }: MlmodelDescriptor): string | undefined {
  const block = metadata?.mlserve;
  const name = typeof block === "object" && block !== null && "name" in block ? block.name : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}
