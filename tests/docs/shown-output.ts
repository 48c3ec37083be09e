import type { Block } from "./page-blocks.js";

/** What a page may leave out of an output that it shows: times, identifiers, paths, long lists. */
const ANYTHING = "…";

/**
 * What of a shown output is not in the printed one, in words; undefined when they agree.
 *
 * JSON is compared as values, numbers that are no integers to four digits, as another processor may differ in the last
 * ones. Text is compared line by line. `…` stands for any text in a string or a line, and alone in a line for lines.
 */
export function differenceOf(
  { language, text: shown }: Pick<Block, "language" | "text">,
  printed: string,
): string | undefined {
  const agrees = language === "json" ? agreesAsJson(shown, printed) : toPattern(shown).test(printed.trim());
  return agrees ? undefined : `the page shows\n${shown}\nbut this was printed:\n${printed}`;
}

function agreesAsJson(shown: string, printed: string): boolean {
  try {
    return agrees(JSON.parse(shown), JSON.parse(printed));
  } catch {
    return false;
  }
}

function agrees(shown: unknown, printed: unknown): boolean {
  if (typeof shown === "string")
    return typeof printed === "string" && new RegExp(`^${patternOf(shown)}$`, "s").test(printed);
  if (typeof shown === "number" && typeof printed === "number") return isNear(shown, printed);
  if (typeof shown !== "object" || typeof printed !== "object" || shown === null || printed === null)
    return shown === printed;
  if (Array.isArray(shown) !== Array.isArray(printed)) return false;
  const keys = Object.keys(shown);
  return (
    keys.join("\n") === Object.keys(printed).join("\n") &&
    keys.every((key) => agrees(Reflect.get(shown, key), Reflect.get(printed, key)))
  );
}

function isNear(shown: number, printed: number): boolean {
  if (Number.isInteger(shown)) return shown === printed;
  return Math.abs(shown - printed) <= 1e-4 * Math.abs(shown) + 1e-7;
}

/** All lines of a text. */
function toPattern(shown: string): RegExp {
  const lines = shown
    .trim()
    .split("\n")
    .map((line) => (line.trim() === ANYTHING ? ANYTHING : patternOf(line.trimEnd())));
  const text = lines.join("\n").replaceAll(`${ANYTHING}\n`, "(?:.*\n)*").replace(`\n${ANYTHING}`, "(?:\n.*)*");
  return new RegExp(`^${text}$`);
}

/** What matches a text within a line. */
function patternOf(text: string): string {
  const parts = text.split(ANYTHING);
  return parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
}
