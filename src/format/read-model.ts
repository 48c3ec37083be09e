import { MlserveError } from "../core/errors.js";
import {
  CHECKSUMS_FILE,
  type Checksums,
  checkFile,
  checkListComplete,
  isListed,
  MAX_CHECKSUMS_BYTES,
  parseChecksums,
} from "./checksums.js";
import { hashFile, readFileHashed } from "./file-bytes.js";
import { MAX_MLMODEL_BYTES, MLMODEL_FILE, type MlmodelDescriptor, parseMlmodel } from "./mlmodel.js";
import type { Model } from "./model.js";
import { createModelFiles, type FoundFile } from "./model-files.js";

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
  dispose(): void;
}

/** A model whose files were just found to be those that are listed, where there is a list. */
export interface VerifiedModel extends Model {
  readonly checksums: Checksums | undefined;
}

/** Checks the files, then reads the MLmodel file. Throws as `openModel` does; the caller cleans up. */
export async function readModel(
  found: FoundModel,
  { requireChecksums = false }: { readonly requireChecksums?: boolean },
): Promise<VerifiedModel> {
  const list = await readList(found);
  if (list === undefined && requireChecksums) throw withoutList(found);
  if (list !== undefined) await verify(found.files, list.checksums);
  const descriptor = await readDescriptor(found, list?.checksums);
  const files = createModelFiles(
    found.files.filter(({ name }) => isListed(name)),
    list?.checksums,
  );
  return {
    name: packedName(descriptor) ?? found.name,
    descriptor,
    files,
    digest: list?.digest,
    checksums: list?.checksums,
    warnings:
      list === undefined
        ? [`the model has no ${CHECKSUMS_FILE}, so its files are used unchecked; mlserve pack adds one`]
        : [],
    async [Symbol.asyncDispose]() {
      found.dispose();
    },
  };
}

interface ChecksumList {
  readonly checksums: Checksums;
  /** sha256 of the list itself. */
  readonly digest: string;
}

async function readList({ files }: FoundModel): Promise<ChecksumList | undefined> {
  const file = files.find(({ name }) => name === CHECKSUMS_FILE);
  if (file === undefined) return undefined;
  if (file.bytes > MAX_CHECKSUMS_BYTES)
    throw new MlserveError("invalid_package", `${CHECKSUMS_FILE} has more than ${MAX_CHECKSUMS_BYTES} bytes`);
  const { content, sha256 } = await readFileHashed(file, file.bytes);
  return { checksums: parseChecksums(content), digest: sha256 };
}

async function verify(files: readonly HashedFile[], checksums: Checksums): Promise<void> {
  checkListComplete(
    checksums,
    files.map(({ name }) => name),
  );
  for (const file of files) {
    if (isListed(file.name)) checkFile(checksums, file.name, file.sha256 ?? (await hashFile(file)).sha256);
  }
}

/** From the very bytes that were checked. */
async function readDescriptor(found: FoundModel, checksums: Checksums | undefined): Promise<MlmodelDescriptor> {
  const file = found.files.find(({ name }) => name === MLMODEL_FILE);
  if (file === undefined) throw withoutDescriptor(found);
  if (file.bytes > MAX_MLMODEL_BYTES) {
    throw new MlserveError("invalid_descriptor", `the file has more than ${MAX_MLMODEL_BYTES} bytes`, {
      where: MLMODEL_FILE,
    });
  }
  const content = await createModelFiles([file], checksums).read(MLMODEL_FILE);
  return parseMlmodel(content);
}

function withoutDescriptor({ files, where, kind }: FoundModel): MlserveError {
  if (kind === "archive") {
    const hint = "Its files have to lie at the top of the archive, or all in one folder";
    return new MlserveError("invalid_package", "the archive has no MLmodel file", { where, hint });
  }
  const onnx = files.some(({ name }) => /^[^/]*\.onnx$/i.test(name));
  const hint = onnx
    ? "Run mlserve pack on it first"
    : "Save a model there with MLflow, or run mlserve pack on an .onnx file";
  return new MlserveError("model_not_found", "the folder has no MLmodel file", { where, hint });
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
