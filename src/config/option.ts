import { z } from "zod";
import type { Completes, OptionText, ValueType } from "./value-types.js";

/** The headings under which the help and docs/configuration.md list options, in their order. */
export const GROUPS = [
  "Input and output",
  "Rows of a file",
  "Load",
  "Image",
  "Registry",
  "Deployment",
  "Server",
  "Limits",
  "Access",
  "Workers",
  "Joined rows",
  "Model",
  "Values",
  "Log",
  "Options",
  "Common options",
] as const;
export type Group = (typeof GROUPS)[number];

/** What is told of an option besides its name, which is the name of its key. */
export interface OptionDetails {
  /** One line, without a full stop. */
  readonly help: string;
  /** One letter, for `-p`. */
  readonly short?: string;
  /** As a user would write it: `"32MB"`. */
  readonly default?: string;
  /** May it be taken away with `--no-name`, although it is no switch? */
  readonly negatable?: true;
  /** Does its value name code to run? Then a file that merely lies where a command runs may not give it. */
  readonly runsCode?: true;
  /** May nobody see its value? Then it is taken from the environment alone, and never shown. */
  readonly secret?: true;
  /** Variables of other makers that give it too, in this order, where its own is not set: what platforms say. */
  readonly otherVariables?: readonly string[];
  /** Where the help lists it; `Options` where nothing is said. */
  readonly group?: Group;
}

/** An option as declared: its details and what its value looks like. */
export interface OptionDeclaration extends OptionDetails {
  readonly placeholder: string | undefined;
  readonly expected: string;
  readonly isList: boolean;
  readonly completes: Completes;
}

/** The options of a command: a zod object whose every field was made by {@link option}. */
export type OptionsSchema = z.ZodObject<z.ZodRawShape>;

/** The values of a command's options once resolved. */
export type OptionValues<Schema extends OptionsSchema> = z.output<Schema>;

// Written once while the options are declared; zod keeps what its schemas mean in registries like this one.
const declarations = z.registry<OptionDeclaration>();

/** Declares an option with a default: its value is always there. */
export function option<T>(
  type: ValueType<T, OptionText>,
  details: OptionDetails & { readonly default: string },
): z.ZodType<T, OptionText | undefined>;
/** Declares an option without a default. */
export function option<T>(
  type: ValueType<T, OptionText>,
  details: OptionDetails,
): z.ZodType<T | undefined, OptionText | undefined>;
export function option<T>(
  { schema, placeholder, expected, isList, completes }: ValueType<T, OptionText>,
  details: OptionDetails,
): z.ZodType<T | undefined, OptionText | undefined> {
  const declared = details.default === undefined ? schema.optional() : schema.prefault(details.default);
  return declared.register(declarations, { ...details, placeholder, expected, isList, completes });
}

/** What was declared of a field of an {@link OptionsSchema}. */
export function declarationOf(field: z.core.$ZodType): OptionDeclaration {
  const declaration = declarations.get(field);
  if (declaration === undefined) throw new Error("a field of an options schema that option() did not make");
  return declaration;
}
