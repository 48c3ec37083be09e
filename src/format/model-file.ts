/** One file of a model, as it was found or written. */
export interface ModelFile {
  /** Relative, with `/` between its parts. */
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
}
