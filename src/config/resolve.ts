import { MlserveError } from "../core/errors.js";
import { READ_ONCE } from "../core/read-once.js";
import { describeOptions, type OptionDescription } from "./describe.js";
import type { OptionsSchema, OptionValues } from "./option.js";
import type { OptionText } from "./value-types.js";

/** Where the value of an option came from. */
export type Origin = "flag" | "environment" | "file" | "default";

/** What was given for the options, each source by its own names. */
export interface OptionSources {
  /** By key: a text, a boolean for a switch, or the texts of a list. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** By variable. An empty variable counts as unset. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a configuration file says for this command. */
  readonly file?: FileSettings;
}

/** By the option's name in the file: `max-body`. */
export type FileSettings = ReadonlyMap<string, FileSetting>;

export interface FileSetting {
  readonly text: OptionText;
  /** `mlserve.yaml: line 3: max-body` */
  readonly where: string;
}

/** An option with the text that was given for it, undefined for none. */
export interface Setting {
  readonly option: OptionDescription;
  readonly text: OptionText | undefined;
  readonly origin: Origin;
  /** As the user knows it: the flag, the variable, or the place in the file. */
  readonly source: string;
}

export interface ResolvedOptions<Schema extends OptionsSchema> {
  readonly values: OptionValues<Schema>;
  /** In the order in which the options are declared. */
  readonly settings: readonly Setting[];
}

/**
 * Decides every option of a command: a flag goes before the environment, that before the file, that before the default.
 *
 * Throws `usage` naming the flag, the variable or the line whose value is wrong, and what was expected.
 */
export function resolveOptions<Schema extends OptionsSchema>(
  schema: Schema,
  sources: OptionSources,
): ResolvedOptions<Schema> {
  const settings = describeOptions(schema).map((option) => findSetting(option, sources));
  const texts = Object.fromEntries(settings.map(({ option, text }) => [option.key, text]));
  const parsed = schema.safeParse(texts, READ_ONCE);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const wrong = settings.find(({ option }) => option.key === issue?.path[0]);
    throw new MlserveError("usage", issue?.message ?? "expected something else", { where: wrong?.source ?? "options" });
  }
  // The keys are the schema's own, which Object.fromEntries forgets.
  return { values: parsed.data as OptionValues<Schema>, settings };
}

function findSetting(option: OptionDescription, { flags, environment, file }: OptionSources): Setting {
  const { key, name, flag } = option;
  const given = flags[key];
  if (option.secret && given !== undefined) throw seenByOthers(option, flag);
  if (given !== undefined) {
    const source = given === false ? (option.negatedFlag ?? flag) : flag;
    return { option, text: flagText(option, given), origin: "flag", source };
  }
  const source = [option.variable, ...option.otherVariables].find((name) => isSet(environment[name]));
  if (source !== undefined) return { option, text: environment[source], origin: "environment", source };
  const written = file?.get(name);
  if (option.secret && written !== undefined) throw seenByOthers(option, written.where);
  if (written !== undefined) return { option, text: written.text, origin: "file", source: written.where };
  return { option, text: undefined, origin: "default", source: flag };
}

function seenByOthers({ variable }: OptionDescription, where: string): MlserveError {
  return new MlserveError("usage", "a secret cannot be given where others can read it", {
    where,
    hint: `Set the variable ${variable} instead`,
  });
}

/** `--no-name` of an option that is no switch takes its value away. */
function flagText({ placeholder }: OptionDescription, given: OptionText | boolean): OptionText | undefined {
  if (typeof given !== "boolean") return given;
  return placeholder === undefined ? String(given) : undefined;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "" && !isServiceLink(value);
}

/** For a Service called mlserve, Kubernetes gives every pod a MLSERVE_PORT like `tcp://10.0.0.7:8080`: not meant for us. */
function isServiceLink(value: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(value);
}
