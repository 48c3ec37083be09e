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

export interface RowLayout {
  /** Columns of the terminal. */
  readonly width: number;
  /** Columns of the first cell; one that is wider gets a line of its own. */
  readonly column: number;
}

/** Rows of a term and what it means, the meaning wrapped under itself. */
export function layoutRows(rows: readonly (readonly [string, string])[], { width, column }: RowLayout): string[] {
  const indent = " ".repeat(column + 4);
  return rows.flatMap(([term, meaning]) => {
    const [first = "", ...rest] = wrapText(meaning, Math.max(20, width - indent.length));
    const after = rest.map((line) => indent + line);
    if (term.length > column) return [`  ${term}`, indent + first, ...after];
    return [`  ${term.padEnd(column)}  ${first}`, ...after];
  });
}
