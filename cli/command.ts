import type { OptionsSchema, OptionValues } from "../src/config/option.js";
import type { Io } from "./io.js";
import type { Output } from "./output.js";

/** What a command is given to run with. */
export interface CommandContext<Schema extends OptionsSchema = OptionsSchema> {
  /** The text of the one argument that every command takes. */
  readonly argument: string;
  readonly options: OptionValues<Schema>;
  readonly io: Io;
  readonly output: Output;
  /** A private folder for this run, made when first asked for and gone at the end. */
  temporaryFolder(): string;
}

/** A command is data: what it takes, what to say about it, and what it does. */
export interface Command<Schema extends OptionsSchema = OptionsSchema> {
  readonly argument: { readonly name: string; readonly help: string };
  readonly options: Schema;
  /** Whole command lines, for the help. */
  readonly examples: readonly string[];
  run(context: CommandContext<Schema>): Promise<void>;
}

/** Checks a command's types where it is written. */
export function defineCommand<Schema extends OptionsSchema>(command: Command<Schema>): Command<Schema> {
  return Object.freeze(command);
}
