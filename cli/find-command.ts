import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { MlserveError, quoteName } from "../src/core/errors.js";
import { nearestWord } from "../src/core/nearest-word.js";
import { type CommandName, commandNames } from "./commands.js";
import type { Io } from "./io.js";
import { quoteArgument } from "./text.js";

/** What other programs call it. */
const OTHER_NAMES: Readonly<Record<string, CommandName>> = {
  build: "pack",
  package: "pack",
  save: "pack",
  run: "serve",
  start: "serve",
  up: "serve",
  score: "predict",
  infer: "predict",
  show: "inspect",
  info: "inspect",
  describe: "inspect",
  check: "validate",
  lint: "validate",
  verify: "validate",
  compare: "diff",
};

/** The flags of the program itself, none of which takes a value. */
const PROGRAM_FLAGS: readonly string[] = ["-h", "--help", "-V", "--version"];

/**
 * The command that is named by the first word that is no flag, or by the second after `help`; undefined where none is.
 *
 * Throws `usage` for a word that is no command, with what was probably meant.
 */
export function findCommand(argv: readonly string[], { cwd }: Pick<Io, "cwd">): CommandName | undefined {
  const words = argv[0] === "help" ? argv.slice(1) : argv;
  const [first] = words;
  if (first === undefined || PROGRAM_FLAGS.includes(first)) return undefined;
  const name = commandNames().find((known) => known === first);
  if (name !== undefined) return name;
  const later = laterCommand(words);
  const hint =
    later ?? (isThere(first, cwd) ? `Say what to do with it: mlserve serve ${quoteArgument(first)}` : meant(first));
  const what = first.startsWith("-") ? "option" : "command";
  throw new MlserveError("usage", `unknown ${what} ${quoteName(first)}`, { hint });
}

/** `mlserve model.tar serve`, `mlserve --port 80 serve model.tar`: the command comes first. */
function laterCommand(words: readonly string[]): string | undefined {
  const name = commandNames().find((known) => words.includes(known));
  if (name === undefined) return undefined;
  const at = words.indexOf(name);
  const ordered = [name, ...words.slice(0, at), ...words.slice(at + 1)];
  return `The command comes first: mlserve ${ordered.map(quoteArgument).join(" ")}`;
}

function isThere(word: string, cwd: string): boolean {
  return word !== "" && existsSync(resolve(cwd, word));
}

function meant(word: string): string {
  const known = word.startsWith("-") ? PROGRAM_FLAGS : [...commandNames(), "help"];
  const other = Object.hasOwn(OTHER_NAMES, word) ? OTHER_NAMES[word] : undefined;
  const near = word === "version" ? "--version" : (other ?? nearestWord(word, known));
  return near === undefined ? "See mlserve --help" : `Did you mean ${near}? See mlserve --help`;
}
