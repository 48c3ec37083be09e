import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompletionPlace, hasShell, openCompletion } from "./shells.js";

/** A zsh at a terminal of its own, which is sent a line and a tab, and then tells the line that it has made of them. */
const ASK = `
zmodload zsh/zpty
cat > $HOME/.zshrc <<'END'
autoload -Uz compinit
compinit -u -d $HOME/dump
source $SCRIPT
complete_and_end() { zle complete-word; print -r -- "$BUFFER" > $HOME/line; exit }
zle -N complete_and_end
bindkey '^I' complete_and_end
zle-line-init() { print ready }
zle -N zle-line-init
END
ask() {
  zpty shell "ZDOTDIR=$HOME zsh -i"
  zpty -r -m shell shown '*ready*'
  zpty -w -n shell "$1"$'\\t'
  while zpty -r shell shown; do :; done
  cat $HOME/line
}`;

describe.runIf(hasShell("zsh"))("completion in zsh", () => {
  let zsh: CompletionPlace;
  beforeAll(async () => {
    zsh = await openCompletion("zsh", ASK);
  });
  afterAll(() => zsh[Symbol.dispose]());

  it.each([
    { line: "mlserve se", makes: "mlserve serve" },
    { line: "mlserve help val", makes: "mlserve help validate" },
    { line: "mlserve serve --max-bo", makes: "mlserve serve --max-body=" },
    { line: "mlserve serve --coercion m", makes: "mlserve serve --coercion mlflow" },
    { line: "mlserve serve ir", makes: "mlserve serve iris.tar" },
    { line: "mlserve completion f", makes: "mlserve completion fish" },
  ])("makes '$makes' of '$line'", ({ line, makes }) => {
    const [made = ""] = zsh.lines(`ask '${line}'`);
    expect(made.trimEnd()).toBe(makes);
  });
});
