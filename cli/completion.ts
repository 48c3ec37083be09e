import { describeOptions } from "../src/config/describe.js";
import { COMMAND_OPTIONS, COMPLETION_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type Command, type CommandEntry, defineCommand } from "./command.js";
import { type CompletedCommand, SHELLS, toScript } from "./completion-scripts.js";

type Entries = Readonly<Record<string, CommandEntry>>;

/** `mlserve completion`, of these commands. */
export function createCompletionCommand(entries: Entries): Command<typeof COMPLETION_OPTIONS> {
  return defineCommand({
    argument: { name: "shell", help: SHELLS.join(", "), words: SHELLS },
    options: COMPLETION_OPTIONS,
    examples: [
      "mlserve completion bash >> ~/.bashrc",
      "mlserve completion zsh > ~/.zfunc/_mlserve",
      "mlserve completion fish > ~/.config/fish/completions/mlserve.fish",
    ],
    async run({ argument, output }) {
      const shell = SHELLS.find((name) => name === argument);
      if (shell === undefined)
        throw new MlserveError("usage", `expected one of ${SHELLS.join(", ")}`, { where: "shell" });
      const script = toScript(shell, await describeCommands(entries));
      await output.result({ shell, script }, [script]);
    },
  });
}

async function describeCommands(entries: Entries): Promise<CompletedCommand[]> {
  const commands = Object.entries(COMMAND_OPTIONS).map(async ([name, schema]) => {
    const command = await entries[name]?.load();
    const argument = command?.argument;
    return {
      name,
      summary: entries[name]?.summary ?? "",
      argument: argument === undefined ? ("nothing" as const) : (argument.words ?? ("files" as const)),
      options: describeOptions(schema),
    };
  });
  return Promise.all(commands);
}
