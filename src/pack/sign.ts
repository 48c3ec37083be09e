import type { KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MlserveError } from "../core/errors.js";
import { CHECKSUMS_FILE, isListed, SIGNATURE_FILE, sha256Of } from "../format/checksums.js";
import { readFileHashed } from "../format/file-bytes.js";
import { findModel } from "../format/open-model.js";
import { type PackageSource, writePackage } from "../format/package-writer.js";
import { type FoundModel, type HashedFile, readModel } from "../format/read-model.js";
import { replaceFile } from "../format/replace-file.js";
import { keyId, signList } from "../format/signing.js";

/** What to sign, and with what. */
export interface SignOptions {
  /** A package, or a folder that has `SHA256SUMS`. */
  readonly source: string;
  /** Ed25519, private. */
  readonly key: KeyObject;
  /** The signed package. Default: in the place of the one that is signed, as a folder always is. */
  readonly output?: string;
  /** Where an archive is unpacked meanwhile. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string;
  /** Told of the file that is written before it takes its place, for a program that may be ended meanwhile. */
  readonly onTemporaryFile?: (path: string) => void;
}

/** What was signed. */
export interface Signed {
  /** The file or folder that has the signature now. */
  readonly output: string;
  /** The id of the key. */
  readonly signer: string;
  /** sha256 of `SHA256SUMS`, which is what is signed. */
  readonly digest: string;
}

/**
 * Signs a model whose files are those of its `SHA256SUMS`; signatures of others stay.
 *
 * Throws `usage` for an output that a folder cannot have, and what opening the model throws.
 */
export async function signModel(options: SignOptions): Promise<Signed> {
  const { source, key, output = source } = options;
  const found = await findModel(source, options);
  try {
    const { digest } = await readModel(found, { requireChecksums: true });
    const others = await contentOf(found, SIGNATURE_FILE);
    if (found.kind === "folder") await signFolder(found, options, others);
    else await signArchive(found, { ...options, output }, digest, others);
    return { output, signer: keyId(key), digest: digest ?? "" };
  } finally {
    found.dispose();
  }
}

async function signFolder(found: FoundModel, options: SignOptions, others: Uint8Array | undefined): Promise<void> {
  const { source, key, output } = options;
  if (output !== undefined)
    throw new MlserveError("usage", "a folder is signed where it is", {
      where: "--output",
      hint: "Pack it with mlserve pack to get a package",
    });
  const list = await contentOf(found, CHECKSUMS_FILE);
  if (list === undefined) throw new Error("a model that was opened with its list has one");
  const content = signList(list, key, others);
  await replaceFile(join(source, SIGNATURE_FILE), (path) => writeFile(path, content), options.onTemporaryFile);
}

/** Signatures of others are of the list as it was: they stay where it comes out the same. */
async function signArchive(
  found: FoundModel,
  { key, output, onTemporaryFile }: SignOptions & { readonly output: string },
  digest: string | undefined,
  others: Uint8Array | undefined,
): Promise<void> {
  const sources = found.files.filter(({ name }) => isListed(name)).map(toSource);
  const sign = (list: Uint8Array): Uint8Array => signList(list, key, sha256Of(list) === digest ? others : undefined);
  await writePackage(output, sources, { sign, onTemporaryFile });
}

function toSource({ name, path, bytes, sha256 }: HashedFile): PackageSource {
  return { name, path, bytes, sha256 };
}

async function contentOf({ files }: FoundModel, name: string): Promise<Uint8Array | undefined> {
  const file = files.find((candidate) => candidate.name === name);
  return file && (await readFileHashed(file, file.bytes)).content;
}
