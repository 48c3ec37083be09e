import { isListed, SIGNATURE_FILE } from "../format/checksums.js";
import { readFileHashed } from "../format/file-bytes.js";
import { findModel, type OpenModelOptions } from "../format/open-model.js";
import { type WrittenPackage, writePackage } from "../format/package-writer.js";
import { type FoundModel, readModel } from "../format/read-model.js";

export interface RepackOptions extends OpenModelOptions {
  /** Told of the file that is written before it takes its place, for a program that may be ended meanwhile. */
  readonly onTemporaryFile?: (path: string) => void;
}

/** A model that was written as a package. */
export interface Repacked extends Pick<WrittenPackage, "bytes" | "sha256" | "digest"> {
  readonly name: string;
  /** The id of the key that signed it, of those that were given to trust. */
  readonly signer: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Writes the files of a model as a package, with the signatures that it has. Throws what opening the model throws, and
 * `file_system`.
 */
export async function repackModel(source: string, target: string, options: RepackOptions): Promise<Repacked> {
  const found = await findModel(source, options);
  try {
    const { name, signer, warnings } = await readModel(found, options);
    const signature = await signatureOf(found);
    const sources = found.files.filter((file) => isListed(file.name));
    const { bytes, sha256, digest } = await writePackage(target, sources, {
      ...(signature === undefined ? {} : { sign: () => signature }),
      ...(options.onTemporaryFile === undefined ? {} : { onTemporaryFile: options.onTemporaryFile }),
    });
    return { name, signer, warnings, bytes, sha256, digest };
  } finally {
    found.dispose();
  }
}

async function signatureOf({ files }: FoundModel): Promise<Uint8Array | undefined> {
  const file = files.find(({ name }) => name === SIGNATURE_FILE);
  return file && (await readFileHashed(file, file.bytes)).content;
}
