import type { OptionsSchema, OptionValues } from "../src/config/option.js";
import type { Completes } from "../src/config/value-types.js";
import type { Io } from "./io.js";
import type { Output } from "./output.js";

/** What a command is given to run with. */
export interface CommandContext<Schema extends OptionsSchema = OptionsSchema> {
  /** The text of the first argument, which is empty for a command without one. */
  readonly argument: string;
  /** The texts of the arguments after it. */
  readonly otherArguments: readonly string[];
  readonly options: OptionValues<Schema>;
  readonly io: Io;
  readonly output: Output;
  /** A private folder for this run, made when first asked for and gone at the end. */
  temporaryFolder(): string;
}

/** A word that a command takes besides its options. */
export interface Argument {
  readonly name: string;
  readonly help: string;
  /** What a shell may offer for it; names of files where nothing is said. */
  readonly completes?: Completes;
  /** Does it name a model, which may then lie in a registry? */
  readonly isModel?: true;
  /** May it be left out? */
  readonly optional?: true;
}

/** What is told of a command. */
export interface Command {
  /** For the list of commands. */
  readonly summary: string;
  readonly arguments: readonly Argument[];
  /** Whole command lines, for the help. */
  readonly examples: readonly string[];
}
