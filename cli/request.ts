import type { CommandName } from "./commands.js";

/** What the command line asks for. */
export type Request =
  | CommandRequest
  /** Help or version: printed already. */
  | { readonly kind: "done" };

export interface CommandRequest {
  readonly kind: "run";
  readonly name: CommandName;
  /** What was given for its arguments; some may be missing, as `--print-config` needs none. */
  readonly words: readonly string[];
  readonly flags: Flags;
}

export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
