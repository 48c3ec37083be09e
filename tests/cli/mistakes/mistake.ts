/** A command line that cannot work, and the one line that says so. */
export interface Mistake {
  readonly name: string;
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly code: number;
  /** Without `mlserve: error: `. */
  readonly says: string;
}
