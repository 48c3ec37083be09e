import { declarationOf, type OptionsSchema } from "./option.js";

/** An option under all its names, for help, documentation and the command line's parser. */
export interface OptionDescription {
  /** Its key in the options schema: `maxBody`. */
  readonly key: string;
  /** `--max-body` */
  readonly flag: string;
  /** For switches: `--no-verbose` */
  readonly negatedFlag: string | undefined;
  /** `-p` */
  readonly shortFlag: string | undefined;
  /** `MLSERVE_MAX_BODY` */
  readonly variable: string;
  /** `SIZE`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly expected: string;
  /** May it be given several times? */
  readonly isList: boolean;
  readonly help: string;
  /** As a user would write it; undefined for none, for a switch that is off, and for an empty list. */
  readonly default: string | undefined;
}

/** The options of a command in the order in which they are declared. */
export function describeOptions(schema: OptionsSchema): OptionDescription[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    const { placeholder, expected, isList, help, short, default: preset } = declarationOf(field);
    const words = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    return {
      key,
      flag: `--${words}`,
      negatedFlag: placeholder === undefined ? `--no-${words}` : undefined,
      shortFlag: short === undefined ? undefined : `-${short}`,
      variable: `MLSERVE_${words.replaceAll("-", "_").toUpperCase()}`,
      placeholder,
      expected,
      isList,
      help,
      default: isUnsaid(placeholder, preset) ? undefined : preset,
    };
  });
}

/** A switch that is off, and an empty list, go without saying. */
function isUnsaid(placeholder: string | undefined, preset: string | undefined): boolean {
  return preset === "" || (placeholder === undefined && preset === "false");
}

/** `--max-body <SIZE>`, with its short form first where it has one; a switch that is on is shown as what turns it off. */
export function toUsage({ flag, negatedFlag, shortFlag, placeholder, default: preset }: OptionDescription): string {
  const shown = negatedFlag !== undefined && preset === "true" ? negatedFlag : flag;
  const named = shortFlag === undefined ? shown : `${shortFlag}, ${shown}`;
  return placeholder === undefined ? named : `${named} <${placeholder}>`;
}

/** What an option is for, with its default and its variable. */
export function toHelpText({ help, variable, placeholder, isList, default: preset }: OptionDescription): string {
  const notes = [
    ...(isList ? ["may be repeated"] : []),
    ...(preset === undefined || placeholder === undefined ? [] : [`default ${preset}`]),
    variable,
  ];
  return `${help} (${notes.join("; ")})`;
}
