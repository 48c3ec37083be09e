import type { MlmodelDescriptor } from "./mlmodel.js";

/**
 * The files of a model: of a directory, or of an archive that was extracted to a private folder.
 *
 * Names are relative, with `/` between their parts. The other methods throw `invalid_package` for a name that is not in
 * {@link names}: a name that stands in a model's file can never reach outside the model.
 */
export interface ModelFiles {
  /** Sorted by code point. */
  readonly names: readonly string[];
  /** Is there such a file? Never throws. */
  has(name: string): boolean;
  /** Bytes. */
  size(name: string): number;
  /** Where the file lies on this machine; never shown to a caller. */
  path(name: string): string;
  /** The whole content. */
  read(name: string): Promise<Uint8Array>;
  /**
   * What the file has to be when it is read again, where others may change it: its sha256. undefined for what lies in a
   * private folder; never throws.
   */
  sha256?(name: string): string | undefined;
  /**
   * Does the file lie in a private folder of mlserve's own? Nobody changes it there, so that a runtime may keep it mapped.
   * Never throws.
   */
  isPrivate?(name: string): boolean;
}

/** An opened model: its descriptor and files, until it is disposed of. */
export interface Model extends AsyncDisposable {
  /** For people: the file's or directory's name without its ending, or the name given when it was packed. */
  readonly name: string;
  /** Its MLmodel file. */
  readonly descriptor: MlmodelDescriptor;
  /** Its files, MLmodel among them. */
  readonly files: ModelFiles;
  /** sha256 of `SHA256SUMS`, which covers every other file; undefined for a model without checksums. */
  readonly digest: string | undefined;
  /** The id of the key that signed it, of those that were given to trust; undefined where none were. */
  readonly signer?: string | undefined;
  /** What a person should know: no checksums, unlisted leftovers. One line each. */
  readonly warnings: readonly string[];
}
