/** The words that pandas' `read_csv` takes for a missing value, the empty cell among them. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  "",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
]);

const LONGEST = Math.max(...Array.from(MISSING_WORDS, (word) => word.length));

/** Is a cell missing, quoted or not? An empty text cannot be said in CSV. */
export function isMissing(cell: string): boolean {
  // A long cell would be hashed as a whole.
  return cell.length <= LONGEST && MISSING_WORDS.has(cell);
}
