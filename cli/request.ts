import type { Command } from "./command.js";

/** What the command line asks for. */
export type Request =
  | CommandRequest
  /** Help or version: printed already. */
  | { readonly kind: "done" };

export interface CommandRequest {
  readonly kind: "run";
  readonly name: string;
  readonly command: Command;
  /** Undefined where it is missing: `--print-config` needs none. */
  readonly argument: string | undefined;
  readonly flags: Flags;
}

export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
