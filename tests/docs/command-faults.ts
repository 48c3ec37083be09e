import { describeOptions } from "../../src/config/describe.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";

/** Names of a command's flags, and the two that the parser brings along. */
function flagsOf(command: keyof typeof COMMAND_OPTIONS): Set<string> {
  const flags = describeOptions(COMMAND_OPTIONS[command]).flatMap(({ flag, negatedFlag, shortFlag }) => [
    flag,
    ...(negatedFlag === undefined ? [] : [negatedFlag]),
    ...(shortFlag === undefined ? [] : [shortFlag]),
  ]);
  return new Set(["--help", "-h", ...flags]);
}

/** What is wrong with the words of a command line: an unknown command, flags that it does not have. */
export function faultsOf(line: string): string[] {
  const [, name = "", rest = ""] = /^mlserve ([\w-]+)(.*)$/s.exec(line) ?? [];
  const command = Object.keys(COMMAND_OPTIONS).find((known): known is keyof typeof COMMAND_OPTIONS => known === name);
  if (command === undefined) return [`no command ${name}`];
  const known = flagsOf(command);
  const used = Array.from(rest.matchAll(/(?<= )--?[a-z][\w-]*/g), ([flag]) => flag);
  return used.filter((flag) => !known.has(flag)).map((flag) => `${command} has no ${flag}`);
}
