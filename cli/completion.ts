import type { COMPLETION_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import { suggestWord } from "../src/core/nearest-word.js";
import type { CommandContext } from "./command.js";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import { describeProgram } from "./completion/program-words.js";
import { zshCompletion } from "./completion/zsh.js";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `mlserve completion`: prints a script that needs no mlserve when a key is pressed. */
export async function completionCommand({
  argument,
  output,
}: CommandContext<typeof COMPLETION_OPTIONS>): Promise<void> {
  const [, write] = Object.entries(SCRIPTS).find(([shell]) => shell === argument) ?? [];
  if (write === undefined) throw unknownShell(argument);
  const script = write(describeProgram());
  await output.result({ shell: argument, script }, [script.trimEnd()]);
}

function unknownShell(argument: string): MlserveError {
  const shells = Object.keys(SCRIPTS);
  const hint = suggestWord(argument, shells);
  return new MlserveError(
    "usage",
    `there is no completion for ${quoteName(argument)}: expected one of ${shells.join(", ")}`,
    {
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
