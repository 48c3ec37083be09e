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
  readonly help: string;
  /** As a user would write it; undefined for none, and for a switch that is off. */
  readonly default: string | undefined;
}

/** The options of a command in the order in which they are declared. */
export function describeOptions(schema: OptionsSchema): OptionDescription[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    const { placeholder, expected, help, short, default: preset } = declarationOf(field);
    const words = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    return {
      key,
      flag: `--${words}`,
      negatedFlag: placeholder === undefined ? `--no-${words}` : undefined,
      shortFlag: short === undefined ? undefined : `-${short}`,
      variable: `MLSERVE_${words.replaceAll("-", "_").toUpperCase()}`,
      placeholder,
      expected,
      help,
      default: placeholder === undefined && preset === "false" ? undefined : preset,
    };
  });
}

/** `--max-body <SIZE>`, with its short form first where it has one; a switch that is on is shown as what turns it off. */
export function toUsage({ flag, negatedFlag, shortFlag, placeholder, default: preset }: OptionDescription): string {
  const shown = negatedFlag !== undefined && preset === "true" ? negatedFlag : flag;
  const named = shortFlag === undefined ? shown : `${shortFlag}, ${shown}`;
  return placeholder === undefined ? named : `${named} <${placeholder}>`;
}

/** What an option is for, with its default and its variable. */
export function toHelpText({ help, variable, placeholder, default: preset }: OptionDescription): string {
  const notes = preset === undefined || placeholder === undefined ? [variable] : [`default ${preset}`, variable];
  return `${help} (${notes.join("; ")})`;
}
