import { COMPLETION_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type Command, type CommandEntry, defineCommand } from "./command.js";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import { type ProgramWords, toCommandWords } from "./completion/program-words.js";
import { zshCompletion } from "./completion/zsh.js";

type Entries = Readonly<Record<string, CommandEntry>>;

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const SHELLS = Object.keys(SCRIPTS);

/** `mlserve completion`, of these commands: a script that starts no process of mlserve when a key is pressed. */
export function createCompletionCommand(entries: Entries): Command<typeof COMPLETION_OPTIONS> {
  return defineCommand({
    argument: { name: "shell", help: SHELLS.join(", "), words: SHELLS },
    options: COMPLETION_OPTIONS,
    examples: [
      'eval "$(mlserve completion bash)"     # in ~/.bashrc',
      "source <(mlserve completion zsh)      # in ~/.zshrc, after compinit",
      "mlserve completion fish > ~/.config/fish/completions/mlserve.fish",
    ],
    async run({ argument, output }) {
      const write = Object.entries(SCRIPTS).find(([shell]) => shell === argument)?.[1];
      if (write === undefined)
        throw new MlserveError("usage", `expected one of ${SHELLS.join(", ")}`, { where: "shell" });
      const script = write(await describeProgram(entries));
      await output.result({ shell: argument, script }, [script.trimEnd()]);
    },
  });
}

async function describeProgram(entries: Entries): Promise<ProgramWords> {
  const commands = Object.entries(entries).map(async ([name, { summary, load }]) =>
    toCommandWords(name, summary, await load()),
  );
  return { name: "mlserve", commands: await Promise.all(commands) };
}
