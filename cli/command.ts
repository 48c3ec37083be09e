import type { OptionsSchema, OptionValues } from "../src/config/option.js";
import type { Io } from "./io.js";
import type { Output } from "./output.js";

/** What a command is given to run with. */
export interface CommandContext<Schema extends OptionsSchema = OptionsSchema> {
  /** The text of the command's argument; empty for a command without one. */
  readonly argument: string;
  readonly options: OptionValues<Schema>;
  readonly io: Io;
  readonly output: Output;
  /** A private folder for this run, made when first asked for and gone at the end. */
  temporaryFolder(): string;
}

export interface Argument {
  readonly name: string;
  readonly help: string;
  /** The words that it may be, where these are few. */
  readonly words?: readonly string[];
}

/** A command is data: what it takes, what to say about it, and what it does. */
export interface Command<Schema extends OptionsSchema = OptionsSchema> {
  /** The one that must be given; undefined for a command that takes none. */
  readonly argument?: Argument;
  readonly options: Schema;
  /** Whole command lines, for the help. */
  readonly examples: readonly string[];
  run(context: CommandContext<Schema>): Promise<void>;
}

/** A command before it is loaded: `mlserve --help` needs no more. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Checks a command's types where it is written. */
export function defineCommand<Schema extends OptionsSchema>(command: Command<Schema>): Command<Schema> {
  return Object.freeze(command);
}
