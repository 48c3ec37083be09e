/** The words of a text on lines of at most `width` columns; a word that is longer stands on a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A term and what it means. */
export type Row = readonly [term: string, meaning: string];

export interface RowLayout {
  /** Columns of the terminal. */
  readonly width: number;
  /** Columns of the first cell; one that is wider gets a line of its own. */
  readonly column: number;
  /** Marks the terms, without changing how wide they look. */
  readonly paintTerm?: (term: string) => string;
}

/** Rows of a term and what it means, the meaning wrapped under itself. */
export function layoutRows(rows: readonly Row[], { width, column, paintTerm = (term) => term }: RowLayout): string[] {
  const indent = " ".repeat(column + 4);
  return rows.flatMap(([term, meaning]) => {
    const [first = "", ...rest] = wrapText(meaning, Math.max(20, width - indent.length));
    const after = rest.map((line) => indent + line);
    const shown = `  ${paintTerm(term)}`;
    if (term.length > column) return [shown, indent + first, ...after];
    return [`${shown}${" ".repeat(column - term.length)}  ${first}`, ...after];
  });
}

/** Columns for terms: the widest of them, where that leaves most of the line to what they mean. */
export function termColumn(rows: readonly Row[], width: number): number {
  return Math.min(Math.max(...rows.map(([term]) => term.length)), Math.floor(width * 0.4));
}
