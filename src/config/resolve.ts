import { MlserveError } from "../core/errors.js";
import { describeOptions, type OptionDescription } from "./describe.js";
import type { OptionsSchema, OptionValues } from "./option.js";
import type { OptionText } from "./value-types.js";

/** Where the value of an option came from. */
export type Origin = "flag" | "environment" | "default";

/** What was given for the options, each source by its own names. A later issue adds a file between the two. */
export interface OptionSources {
  /** By key: a text, a boolean for a switch, or the texts of a list. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** By variable. An empty variable counts as unset. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ResolvedOptions<Schema extends OptionsSchema> {
  readonly values: OptionValues<Schema>;
  readonly origins: { readonly [Key in keyof OptionValues<Schema>]: Origin };
}

/**
 * Decides every option of a command: a flag goes before the environment, that before the default.
 *
 * Throws `usage` naming the flag or variable whose value is wrong, and what was expected.
 */
export function resolveOptions<Schema extends OptionsSchema>(
  schema: Schema,
  sources: OptionSources,
): ResolvedOptions<Schema> {
  const given = describeOptions(schema).map((option) => ({ option, ...find(option, sources) }));
  const parsed = schema.safeParse(Object.fromEntries(given.map(({ option, text }) => [option.key, text])));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const wrong = given.find(({ option }) => option.key === issue?.path[0]);
    throw new MlserveError("usage", issue?.message ?? "expected something else", { where: wrong?.name ?? "options" });
  }
  const origins = Object.fromEntries(given.map(({ option, origin }) => [option.key, origin]));
  // The keys are the schema's own, which Object.fromEntries forgets.
  return { values: parsed.data as OptionValues<Schema>, origins: origins as ResolvedOptions<Schema>["origins"] };
}

interface Found {
  readonly text: OptionText | undefined;
  readonly origin: Origin;
  /** As the user knows it. */
  readonly name: string;
}

function find({ key, flag, variable }: OptionDescription, { flags, environment }: OptionSources): Found {
  const given = flags[key];
  if (given !== undefined)
    return { text: typeof given === "boolean" ? String(given) : given, origin: "flag", name: flag };
  const set = environment[variable];
  if (set === undefined || set.trim() === "" || isServiceLink(set))
    return { text: undefined, origin: "default", name: flag };
  return { text: set, origin: "environment", name: variable };
}

/** For a Service called mlserve, Kubernetes gives every pod a MLSERVE_PORT like `tcp://10.0.0.7:8080`: not meant for us. */
function isServiceLink(value: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(value);
}
