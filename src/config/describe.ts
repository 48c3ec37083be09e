import { declarationOf, GROUPS, type Group, type OptionsSchema } from "./option.js";
import type { Completes } from "./value-types.js";

/** An option under all its names, for help, documentation and the command line's parser. */
export interface OptionDescription {
  /** Its key in the options schema: `maxBody`. */
  readonly key: string;
  /** Its key in mlserve.yaml: `max-body` */
  readonly name: string;
  /** `--max-body` */
  readonly flag: string;
  /** For switches, and what else can be taken away: `--no-verbose` */
  readonly negatedFlag: string | undefined;
  /** `-p` */
  readonly shortFlag: string | undefined;
  /** `MLSERVE_MAX_BODY` */
  readonly variable: string;
  /** Those of other makers, which are looked at after it: `PORT` */
  readonly otherVariables: readonly string[];
  /** `SIZE`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly expected: string;
  /** May it be given several times? */
  readonly isList: boolean;
  readonly completes: Completes;
  readonly group: Group;
  /** Does its value name code to run? */
  readonly runsCode: boolean;
  /** May nobody see its value? */
  readonly secret: boolean;
  readonly help: string;
  /** As a user would write it; undefined for none, for a switch that is off, and for an empty list. */
  readonly default: string | undefined;
}

/** The options of a command in the order in which they are declared. */
export function describeOptions(schema: OptionsSchema): OptionDescription[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    const {
      short,
      default: preset,
      group = "Options",
      negatable,
      runsCode = false,
      secret = false,
      otherVariables = [],
      ...declared
    } = declarationOf(field);
    const name = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    return {
      ...declared,
      key,
      name,
      flag: `--${name}`,
      negatedFlag: declared.placeholder === undefined || negatable ? `--no-${name}` : undefined,
      shortFlag: short === undefined ? undefined : `-${short}`,
      variable: `MLSERVE_${name.replaceAll("-", "_").toUpperCase()}`,
      otherVariables,
      group,
      runsCode,
      secret,
      default: isUnsaid(declared.placeholder, preset) ? undefined : preset,
    };
  });
}

/** A switch that is off, and an empty list, go without saying. */
function isUnsaid(placeholder: string | undefined, preset: string | undefined): boolean {
  return preset === "" || (placeholder === undefined && preset === "false");
}

export interface OptionGroup {
  readonly title: Group;
  readonly options: readonly OptionDescription[];
}

/** The options of a command under their headings. */
export function groupOptions(options: readonly OptionDescription[]): OptionGroup[] {
  const groups = GROUPS.map((title) => ({ title, options: options.filter(({ group }) => group === title) }));
  return groups.filter(({ options: members }) => members.length > 0);
}

/** `--max-body <SIZE>`, with its short form first where it has one; a switch that is on is shown as what turns it off. */
export function toUsage(option: OptionDescription): string {
  const { shortFlag, placeholder } = option;
  const named = shortFlag === undefined ? shownFlag(option) : `${shortFlag}, ${shownFlag(option)}`;
  return placeholder === undefined ? named : `${named} <${placeholder}>`;
}

/** The flag that changes something: `--no-self-test` for a switch that is on. */
function shownFlag({ flag, negatedFlag, default: preset }: OptionDescription): string {
  return negatedFlag !== undefined && preset === "true" ? negatedFlag : flag;
}

/** What an option is for, with its default. */
export function toHelpText({ help, placeholder, isList, default: preset }: OptionDescription): string {
  const notes = [
    ...(isList ? ["may be repeated"] : []),
    ...(preset === undefined || placeholder === undefined ? [] : [`default ${preset}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}
