import type { CommandWords, OptionWords, ProgramWords } from "./program-words.js";

/** A completion script for zsh: to be sourced, or to lie as `_mlserve` in a folder of `$fpath`. */
export function zshCompletion({ name, commands }: ProgramWords): string {
  return `#compdef ${name}
# Completion for zsh: source <(${name} completion zsh), after compinit.
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map((command) => `    ${quote(`${command.name}:${command.help}`)}`).join("\n")}
    ${quote("help:show the help of a command")}
  )
  _arguments -C \\
    '(- *)'{-h,--help}'[show this help]' \\
    '(- *)'{-V,--version}'[print the version]' \\
    '1:command:->command' '*::argument:->arguments'
  case $state in
    command) _describe -t commands command commands ;;
    arguments)
      case $line[1] in
        help) _describe -t commands command commands ;;
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase({ name, arguments: args, options }: CommandWords): string {
  const words = args.map((argument, i) => quote(`${i + 1}:${argument.name}:${toAction(argument.completes)}`));
  const specs = [...options.flatMap(optionSpecs), ...words];
  return [
    `        ${name})`,
    `          _arguments -s \\`,
    specs.map((spec) => `            ${spec}`).join(" \\\n"),
    "          ;;",
  ].join("\n");
}

/** One for each flag, none of which is offered when another was given. */
function optionSpecs({ flags, help, placeholder, completes }: OptionWords): string[] {
  const others = flags.length > 1 ? `(${flags.join(" ")})` : "";
  const value = placeholder === undefined ? "" : `:${escapeSpec(placeholder)}:${toAction(completes)}`;
  return flags.map((flag) => {
    const sign = placeholder === undefined ? "" : flag.startsWith("--") ? "=" : "+";
    return quote(`${others}${flag}${sign}[${escapeSpec(help)}]${value}`);
  });
}

function toAction(completes: OptionWords["completes"]): string {
  if (typeof completes !== "string") return `(${completes.join(" ")})`;
  return completes === "files" ? "_files" : " ";
}

function escapeSpec(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
