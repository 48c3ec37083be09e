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

/** A mistake in a line of a table. In what is said, `{cwd}` is the folder as errors show it. */
export type MistakeRow = readonly [
  name: string,
  code: number,
  argv: readonly string[],
  says: string,
  given?: { readonly stdin?: string; readonly environment?: Readonly<Record<string, string>> },
];

export function toMistakes(rows: readonly MistakeRow[]): Mistake[] {
  return rows.map(([name, code, argv, says, given = {}]) => ({ name, code, argv, says, ...given }));
}
