import type { CommandWords, OptionWords, ProgramWords } from "./program-words.js";

/** A completion script for fish: to be sourced, or to lie as `mlserve.fish` in its folder of completions. */
export function fishCompletion({ name, commands }: ProgramWords): string {
  const add = `complete -c ${name}`;
  const names = commands.map((command) => command.name).join(" ");
  const first = `-n ${quote(`not __fish_seen_subcommand_from ${names} help`)}`;
  const lines = [
    `# Completion for fish: ${name} completion fish | source`,
    `${add} -f`,
    `${add} ${first} -s h -l help -d ${quote("show this help")}`,
    `${add} ${first} -s V -l version -d ${quote("print the version")}`,
    `${add} ${first} -a help -d ${quote("show the help of a command")}`,
    `${add} -n ${quote("__fish_seen_subcommand_from help")} -a ${quote(names)}`,
    ...commands.map((command) => `${add} ${first} -a ${command.name} -d ${quote(command.help)}`),
    ...commands.flatMap((command) => commandLines(add, command)),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(add: string, { name, arguments: args, options }: CommandWords): string[] {
  const condition = `-n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    ...args.map(({ completes }) => `${add} ${condition} ${toValue(completes)}`),
    ...options.map((option) => `${add} ${condition} ${toSpec(option)}`),
  ];
}

function toSpec({ flags, help, placeholder, completes }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = placeholder === undefined ? [] : ["-r", toValue(completes)];
  return [...names, ...value, "-d", quote(help)].join(" ");
}

function toValue(completes: OptionWords["completes"]): string {
  if (typeof completes !== "string") return `-f -a ${quote(completes.join(" "))}`;
  return completes === "files" ? "-F" : "-f";
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
