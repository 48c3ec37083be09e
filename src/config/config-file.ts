import { isMap, isScalar, isSeq, type Node, type ParsedNode, type YAMLMap } from "yaml";
import { MlserveError, quoteName } from "../core/errors.js";
import { suggestWord } from "../core/nearest-word.js";
import { readYamlTexts, type YamlDocument } from "../core/yaml-reader.js";
import { describeOptions, type OptionDescription } from "./describe.js";
import type { OptionsSchema } from "./option.js";
import type { FileSetting, FileSettings } from "./resolve.js";
import type { OptionText } from "./value-types.js";

/** These say where to look, or ask a question: a file can do neither. */
const NOT_IN_A_FILE: readonly string[] = ["config", "print-config"];

/** What a configuration file says. */
export interface ConfigFile {
  /** As the user wrote it. */
  readonly name: string;
  /** For one command: its own section goes before what stands at the top for all. */
  settingsOf(command: string): FileSettings;
}

/** The options of each command by its name. */
export type CommandSchemas = Readonly<Record<string, OptionsSchema>>;

export interface ConfigSource {
  readonly name: string;
  /** Did somebody name the file? One that merely lies where a command runs may name no code to run. */
  readonly isNamed: boolean;
}

/**
 * Reads the text of a configuration file, all of it: what it says for other commands has to be sound too.
 *
 * Throws `usage` with the line of a key that is unknown or not allowed, or that holds what its option does not take.
 */
export function parseConfigFile(text: string, source: ConfigSource, schemas: CommandSchemas): ConfigFile {
  const { name } = source;
  if (isBlank(text)) return { name, settingsOf: () => new Map() };
  const file = { ...source, ...readYamlTexts(text, { name, kind: "usage" }) };
  const options = Object.fromEntries(Object.entries(schemas).map(([command, schema]) => [command, optionsOf(schema)]));
  const shared = new Map<string, FileSetting>();
  const commands = new Map<string, FileSettings>();
  for (const field of readFields(file, file.document.contents)) {
    const ofCommand = Object.hasOwn(options, field.key) ? options[field.key] : undefined;
    if (ofCommand === undefined) shared.set(field.key, readShared(file, field, options));
    else commands.set(field.key, readSection(file, field, ofCommand, options));
  }
  return { name, settingsOf: (command) => new Map([...shared, ...(commands.get(command) ?? [])]) };
}

interface OpenFile extends YamlDocument, ConfigSource {}

interface Field {
  readonly key: string;
  readonly node: Node | null;
  readonly where: string;
  /** Where its key stands, for a key that nobody knows. */
  readonly line: string;
}

type Options = readonly OptionDescription[];

function optionsOf(schema: OptionsSchema): Options {
  return describeOptions(schema).filter(({ name }) => !NOT_IN_A_FILE.includes(name));
}

/** Comments only, as in a file whose every line is still to be filled in. */
function isBlank(text: string): boolean {
  return text.split(/\r?\n/).every((line) => /^\s*(#.*)?$/.test(line));
}

function readFields({ name, lineOf }: OpenFile, node: Node | null): Field[] {
  if (!isMap(node)) return [];
  // Whatever has a fault was refused, so that keys are scalars that were read from the text.
  const { items } = node as YAMLMap.Parsed<ParsedNode, ParsedNode | null>;
  return items.map(({ key, value }) => {
    const word = isScalar(key) ? String(key.value) : "";
    const line = `${name}: line ${lineOf(key.range[0])}`;
    return { key: word, node: value, line, where: `${line}: ${word}` };
  });
}

function readShared(file: OpenFile, field: Field, options: Readonly<Record<string, Options>>): FileSetting {
  const all = Object.values(options).flat();
  const option = all.find(({ name }) => name === field.key);
  if (option === undefined) throw unknownKey(field, [...Object.keys(options), ...all.map(({ name }) => name)]);
  return readSetting(file, field, option);
}

function readSection(
  file: OpenFile,
  section: Field,
  own: Options,
  options: Readonly<Record<string, Options>>,
): FileSettings {
  const { node, where } = section;
  if (!isMap(node) && !isEmpty(node))
    throw new MlserveError("usage", `expected the options of mlserve ${section.key}, indented below it`, { where });
  return new Map(
    readFields(file, node).map((field) => {
      const option = own.find(({ name }) => name === field.key);
      if (option !== undefined) return [field.key, readSetting(file, field, option)];
      throw (
        optionOfAnother(field, section.key, options) ??
        unknownKey(
          field,
          own.map(({ name }) => name),
        )
      );
    }),
  );
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === "");
}

function readSetting(
  { isNamed }: OpenFile,
  { node, where }: Field,
  { isList, expected, runsCode }: OptionDescription,
): FileSetting {
  if (runsCode && !isNamed) {
    const hint = "Name the file with --config or MLSERVE_CONFIG if you trust it, or give the option as a flag";
    throw new MlserveError("usage", "it names code to run, in a file that was not named", { where, hint });
  }
  const text = toText(node, isList);
  if (text !== undefined) return { text, where };
  throw new MlserveError("usage", `expected ${expected}${isList ? ", or a list of them" : ""}`, { where });
}

function toText(node: Node | null, isList: boolean): OptionText | undefined {
  if (isScalar(node)) return String(node.value);
  if (!isList || !isSeq(node)) return undefined;
  const texts = node.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function unknownKey({ key, line }: Field, known: readonly string[]): MlserveError {
  const hint = suggestWord(key, known) ?? "See https://github.com/mlserve/mlserve/blob/main/docs/configuration.md";
  return new MlserveError("usage", `unknown key ${quoteName(key)}`, { where: line, hint });
}

function optionOfAnother(
  { key, line }: Field,
  command: string,
  options: Readonly<Record<string, Options>>,
): MlserveError | undefined {
  const having = Object.keys(options).filter((name) => options[name]?.some((option) => option.name === key));
  if (having.length === 0) return undefined;
  const reason = `${quoteName(key)} is no option of mlserve ${command}`;
  return new MlserveError("usage", reason, { where: line, hint: `It is one of ${having.join(", ")}` });
}
