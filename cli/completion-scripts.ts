import { type OptionDescription, shownFlag } from "../src/config/describe.js";
import type { Completes } from "../src/config/value-types.js";

/** A command as a shell has to know it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly argument: Completes;
  readonly options: readonly OptionDescription[];
}

const WRITERS = { bash: toBash, zsh: toZsh, fish: toFish } as const;

export type Shell = keyof typeof WRITERS;
export const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/** What a shell reads to complete `mlserve`: commands, options and their values. It starts no process of mlserve. */
export function toScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return WRITERS[shell](commands);
}

function toBash(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  return `_mlserve() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join("|")}) command=$word; break ;; esac
  done
  COMPREPLY=()
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W "${names.join(" ")} help --help --version" -- "$current"))
    return
  fi
  case "$command $previous" in
${commands.flatMap(bashValues).join("\n")}
  esac
  case $command in
${commands.map(bashWords).join("\n")}
  esac
}
complete -o bashdefault -o default -F _mlserve mlserve`;
}

/** What follows a flag that takes a value; files are what bash offers where nothing else is. */
function bashValues({ name, options }: CompletedCommand): string[] {
  return options
    .filter(({ placeholder }) => placeholder !== undefined)
    .map(({ completes, ...option }) => {
      const patterns = flagsOf({ completes, ...option }).map((flag) => `"${name} ${flag}"`);
      return `    ${patterns.join("|")}) ${bashReply(completes)} return ;;`;
    });
}

function bashReply(completes: Completes): string {
  if (completes === "files") return "";
  if (completes === "nothing") return "compopt +o default +o bashdefault;";
  return `COMPREPLY=($(compgen -W "${completes.join(" ")}" -- "$current"));`;
}

function bashWords({ name, argument, options }: CompletedCommand): string {
  const flags = [...options.map(shownFlag), "--help"].join(" ");
  const words = typeof argument === "string" ? "" : ` COMPREPLY=($(compgen -W "${argument.join(" ")}" -- "$current"));`;
  return `    ${name}) if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$current")); else :;${words} fi ;;`;
}

function toZsh(commands: readonly CompletedCommand[]): string {
  const summaries = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  return `#compdef mlserve
_mlserve() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${summaries.join("\n")}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(zshCommand).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _mlserve ]; then _mlserve "$@"; else compdef _mlserve mlserve; fi`;
}

function zshCommand({ name, argument, options }: CompletedCommand): string {
  const specs = options.flatMap((option) => flagsOf(option).map((flag) => quote(zshSpec(flag, option))));
  const words = [...specs, quote("--help[show this help]"), quote(`1:argument:${zshAction(argument)}`)];
  return `        ${name}) _arguments ${words.join(" ")} ;;`;
}

function zshSpec(flag: string, { help, placeholder, completes, isList }: OptionDescription): string {
  const told = help.replace(/[[\]:\\]/g, "\\$&");
  const value =
    placeholder === undefined ? "" : `:${placeholder.toLowerCase().replaceAll(":", "")}:${zshAction(completes)}`;
  return `${isList ? "*" : ""}${flag}[${told}]${value}`;
}

function zshAction(completes: Completes): string {
  if (completes === "files") return "_files";
  return completes === "nothing" ? " " : `(${completes.join(" ")})`;
}

function toFish(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const first = commands.map(
    ({ name, summary }) =>
      `complete -c mlserve -f -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d ${quoteFish(summary)}`,
  );
  return [...first, ...commands.flatMap(fishCommand)].join("\n");
}

function fishCommand({ name, argument, options }: CompletedCommand): string[] {
  const start = `complete -c mlserve -n "__fish_seen_subcommand_from ${name}"`;
  const lines = options.map((option) => {
    const { shortFlag, placeholder, completes, help } = option;
    const short = shortFlag === undefined ? "" : ` -s ${shortFlag.slice(1)}`;
    const value = placeholder === undefined ? "" : fishValue(completes);
    return `${start} -l ${shownFlag(option).slice(2)}${short}${value} -d ${quoteFish(help)}`;
  });
  return typeof argument === "string" ? lines : [...lines, `${start} -f -a "${argument.join(" ")}"`];
}

function fishValue(completes: Completes): string {
  if (completes === "files") return " -r -F";
  return completes === "nothing" ? " -x" : ` -x -a "${completes.join(" ")}"`;
}

function flagsOf(option: OptionDescription): string[] {
  const { shortFlag } = option;
  return shortFlag === undefined ? [shownFlag(option)] : [shortFlag, shownFlag(option)];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
