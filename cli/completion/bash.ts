import type { Completes } from "../../src/config/value-types.js";
import type { CommandWords, ProgramWords } from "./program-words.js";

/**
 * A completion script for bash 3.2 and later.
 *
 * Where it offers nothing of its own, bash goes on with the names of files; `compopt`, which older ones lack, stops that.
 */
export function bashCompletion({ name, commands }: ProgramWords): string {
  const names = commands.map((command) => command.name);
  return `# Completion for bash: eval "$(${name} completion bash)"
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  # --flag=value comes as three words.
  if [[ $current == "=" ]]; then current=; fi
  if [[ $previous == "=" ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  case $command in
    '') _${name}_words '${[...names, "help", "--help", "--version"].join(" ")}' ;;
    help) _${name}_words '${names.join(" ")}' ;;
${commands.map((command) => commandCase(name, command)).join("\n")}
  esac
}
_${name}_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then compopt +o default 2>/dev/null; fi
}
complete -o default -F _${name} ${name}
`;
}

function commandCase(name: string, { name: command, arguments: args, options }: CommandWords): string {
  const valued = options.filter(({ placeholder }) => placeholder !== undefined);
  const flagsOf = (wanted: Completes): string =>
    valued.flatMap(({ flags, completes }) => (completes === wanted ? flags : [])).join("|");
  const chosen = valued.flatMap(({ flags, completes }) =>
    typeof completes === "string" ? [] : [{ flags: flags.join("|"), does: `_${name}_words '${completes.join(" ")}'` }],
  );
  const cases = [
    ...chosen,
    { flags: flagsOf("nothing"), does: `_${name}_words ''` },
    { flags: flagsOf("files"), does: ":" },
  ].filter(({ flags }) => flags !== "");
  const own = args.find(({ completes }) => completes !== "files");
  return [
    `    ${command})`,
    "      case $previous in",
    ...cases.map(({ flags, does }) => `        ${flags}) ${does}; return ;;`),
    "      esac",
    "      case $current in",
    `        -*) _${name}_words '${options.flatMap(({ flags }) => flags).join(" ")}' ;;`,
    ...(own === undefined ? [] : [`        *) _${name}_words '${toWords(own.completes)}' ;;`]),
    "      esac ;;",
  ].join("\n");
}

function toWords(completes: Completes): string {
  return typeof completes === "string" ? "" : completes.join(" ");
}
