import type { CommanderError } from "commander";
import { describeOptions, type OptionDescription } from "../src/config/describe.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import { suggestWord } from "../src/core/nearest-word.js";
import { COMMANDS, type CommandName, commandNames } from "./commands.js";
import { formatCount } from "./text.js";

/** What the parser does not understand of a command's line, as an error that says what was probably meant. */
export function toUsageError(error: CommanderError, name: CommandName, argv: readonly string[]): MlserveError {
  const [, quoted = ""] = /'([^']*)'/s.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") return unknownOption(quoted, name);
  if (error.code === "commander.optionMissingArgument") return missingValue(quoted, name);
  if (error.code === "commander.excessArguments") return excessArgument(error, name, argv);
  return new MlserveError("usage", error.message.replace(/^error: /, ""), { hint: seeHelp(name) });
}

function unknownOption(given: string, name: CommandName): MlserveError {
  const [flag = ""] = given.split("=");
  const options = describeOptions(COMMAND_OPTIONS[name]);
  const known = options.find((option) => flagsOf(option).includes(flag));
  if (known !== undefined) return unwantedValue(flag, known);
  const hint = elsewhere(flag) ?? suggestWord(flag, options.flatMap(flagsOf));
  return new MlserveError("usage", `unknown option ${quoteName(flag)}`, {
    hint: hint === undefined ? seeHelp(name) : `${hint} ${seeHelp(name)}`,
  });
}

/** `--self-test=false` */
function unwantedValue(flag: string, { flag: on, negatedFlag }: OptionDescription): MlserveError {
  const hint = negatedFlag === undefined ? undefined : `Write ${on} or ${negatedFlag}`;
  return new MlserveError("usage", "takes no value", { where: flag, ...(hint === undefined ? {} : { hint }) });
}

function elsewhere(flag: string): string | undefined {
  if (["--version", "-V"].includes(flag)) return "mlserve --version prints the version.";
  const having = commandNames().filter((name) =>
    describeOptions(COMMAND_OPTIONS[name]).some((o) => flagsOf(o).includes(flag)),
  );
  return having.length === 0 ? undefined : `It is an option of mlserve ${having.join(", ")}.`;
}

function flagsOf({ flag, negatedFlag, shortFlag }: OptionDescription): string[] {
  return [flag, negatedFlag, shortFlag].filter((each) => each !== undefined);
}

/** `shown` is how the parser writes the option: `-p, --port <PORT>`. */
function missingValue(shown: string, name: CommandName): MlserveError {
  const option = describeOptions(COMMAND_OPTIONS[name]).find(({ flag }) => shown.split(/[ ,]+/).includes(flag));
  const where = option?.flag ?? shown;
  return new MlserveError("usage", `the value is missing: expected ${option?.expected ?? "one"}`, { where });
}

function excessArgument({ message }: CommanderError, name: CommandName, argv: readonly string[]): MlserveError {
  const [, count = "1"] = /but got (\d+)/.exec(message) ?? [];
  const taken = COMMANDS[name].arguments.map(({ name: word }) => `<${word}>`).join(" ");
  // `-port 80` is `-p ort`, and one word more.
  const long = describeOptions(COMMAND_OPTIONS[name]).find(({ flag }) => argv.includes(flag.slice(1)));
  const hint = long === undefined ? seeHelp(name) : `Did you mean ${long.flag}? ${seeHelp(name)}`;
  const reason = `expected ${taken === "" ? "no arguments" : taken}, got ${formatCount(Number(count), "argument")}`;
  return new MlserveError("usage", reason, { hint });
}

function seeHelp(name: CommandName): string {
  return `See mlserve ${name} --help`;
}
