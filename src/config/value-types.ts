import { z } from "zod";
import { MlserveError } from "../core/errors.js";
import { parseJsonText, toPlain } from "../core/json.js";
import { suggestWord } from "../core/nearest-word.js";
import { DURATION_EXAMPLES, parseDuration, parseQuantity } from "../core/quantity.js";
import { parseRate, type Rate } from "../core/rate.js";

/** How the text of an option becomes a value. Numbers and booleans of a config file are read from their text too. */
export interface ValueType<T, Text extends OptionText = string> {
  /** What stands for the value in the help: `--port PORT`; undefined for a switch, which takes none. */
  readonly placeholder: string | undefined;
  /** Completes "expected …" in the error about a bad value. */
  readonly expected: string;
  /** May the option be given several times? */
  readonly isList: boolean;
  readonly completes: Completes;
  readonly schema: z.ZodType<T, Text>;
}

/** What a shell may offer for a value: names of files, a few words, or nothing. */
export type Completes = "files" | "nothing" | readonly string[];

/** What is given for an option: one text, or a text each time that the flag of a list was given. */
export type OptionText = string | readonly string[];

/** `parse` gives undefined for a text that it refuses; it gets it without the spaces around it, and as it was given. */
function valueType<T>(
  placeholder: string | undefined,
  expected: string,
  parse: (text: string, given: string) => T | undefined,
  completes: Completes = "nothing",
): ValueType<T> {
  const known = typeof completes === "string" ? [] : completes;
  const schema = z.string().transform((text, context) => {
    const value = parse(text.trim(), text);
    if (value !== undefined) return value;
    context.addIssue([`expected ${expected}`, suggestWord(text, known)].filter(Boolean).join(". "));
    return z.NEVER;
  });
  return { placeholder, expected, isList: false, completes, schema };
}

/** Any number of values of one type: the flag is given again for each, and commas part them in a variable. */
export function listOf<T>({ schema, ...type }: ValueType<T>): ValueType<readonly T[], OptionText> {
  const texts = z.union([z.string().transform(splitList), z.array(z.string()).readonly()]);
  return { ...type, isList: true, schema: texts.pipe(z.array(schema).readonly()) };
}

function splitList(text: string): readonly string[] {
  return text.split(",").filter((item) => item.trim() !== "");
}

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** On or off: `--name` and `--no-name` as flags. */
export const SWITCH: ValueType<boolean> = valueType(undefined, "true or false", (text) =>
  Object.hasOwn(SWITCH_WORDS, text.toLowerCase()) ? SWITCH_WORDS[text.toLowerCase()] : undefined,
);

/** A text that is not empty, taken as it is. */
export function text(placeholder: string): ValueType<string> {
  return valueType(placeholder, "a text that is not empty", (value) => (value === "" ? undefined : value));
}

/** A key with its value: `KEY=TEXT`, a text whatever it looks like, or `KEY:=JSON`, any JSON value. */
export const ENTRY: ValueType<readonly [key: string, value: unknown]> = valueType(
  "KEY=TEXT",
  "KEY=TEXT, or KEY:=JSON",
  (entry) => {
    const [, key = "", sign, text = ""] = /^([^=]*?)(:?=)(.*)$/s.exec(entry) ?? [];
    if (key === "" || sign === undefined) return undefined;
    if (sign === "=") return [key, text];
    const value = parseJsonOrNothing(text);
    return value === undefined ? undefined : [key, toPlain(value)];
  },
);

/** A name and a text, whatever that looks like, with the spaces at its end. */
export const PAIR: ValueType<readonly [name: string, text: string]> = valueType(
  "NAME=TEXT",
  "NAME=TEXT",
  (_, given) => {
    const entry = given.trimStart();
    const at = entry.indexOf("=");
    return at < 1 ? undefined : [entry.slice(0, at), entry.slice(at + 1)];
  },
);

function parseJsonOrNothing(text: string): ReturnType<typeof parseJsonText> | undefined {
  try {
    return parseJsonText(text, { repeatedKeys: "refuse" });
  } catch (error) {
    if (error instanceof MlserveError) return undefined;
    throw error;
  }
}

/** The name of a file, relative to the folder that the command runs in. */
export const FILE: ValueType<string> = valueType(
  "FILE",
  "the name of a file",
  (value) => (value === "" ? undefined : value),
  "files",
);

/** One of a few words; `placeholder` stands for them in the help where they would be too wide. */
export function choice<const Word extends string>(
  words: readonly Word[],
  placeholder: string = words.join("|"),
): ValueType<Word> {
  const parse = (value: string): Word | undefined => words.find((word) => word === value);
  return valueType(placeholder, `one of ${words.join(", ")}`, parse, words);
}

/** Some of a few words, with commas between them. */
export function choices<const Word extends string>(
  words: readonly Word[],
  placeholder: string,
): ValueType<readonly Word[]> {
  const parse = (value: string): readonly Word[] | undefined => {
    const given = value.split(",").map((part) => words.find((word) => word === part.trim()));
    return given.some((word) => word === undefined) ? undefined : given.filter((word) => word !== undefined);
  };
  return valueType(placeholder, `one of ${words.join(", ")}`, parse, words);
}

/** A whole number between two bounds, both included. */
export function integer(placeholder: string, min: number, max: number): ValueType<number> {
  return valueType(placeholder, `a whole number from ${min} to ${max}`, (value) => {
    const parsed = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return parsed >= min && parsed <= max ? parsed : undefined;
  });
}

/** Whole numbers between two bounds, with commas between them. */
export function integers(placeholder: string, min: number, max: number): ValueType<readonly number[]> {
  return valueType(placeholder, `whole numbers from ${min} to ${max} with commas between them`, (value) => {
    const parsed = value.split(",").map((part) => (/^ *[0-9]{1,15} *$/.test(part) ? Number(part) : Number.NaN));
    return parsed.every((each) => each >= min && each <= max) ? parsed : undefined;
  });
}

/** A value, or the word `auto`, which gives undefined: whoever uses it decides. */
export function autoOr<T>({ placeholder, expected, schema }: ValueType<T>): ValueType<T | undefined> {
  const orAuto = `${expected}, or auto`;
  const either = z.string().transform((text, context) => {
    const parsed = text.trim() === "auto" ? undefined : schema.safeParse(text);
    if (parsed === undefined || parsed.success) return parsed?.data;
    context.addIssue(`expected ${orAuto}`);
    return z.NEVER;
  });
  return { placeholder, expected: orAuto, isList: false, completes: ["auto"], schema: either };
}

/** A number of a type that has 0 too, where 0 would be no limit but an end at once. */
export function aboveZero({ schema, expected, ...type }: ValueType<number>): ValueType<number> {
  const message = `expected ${expected}, more than 0`;
  return { ...type, expected: `${expected}, more than 0`, schema: schema.refine((value) => value > 0, message) };
}

/** A TCP port; 0 stands for a free one. */
export const PORT: ValueType<number> = integer("PORT", 0, 65_535);

const SIZE_UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 1024, MIB: 1024 ** 2, GIB: 1024 ** 3 } as const;

/** Bytes, written with their unit (`32MB`, `1GiB`); a bare number is bytes. */
export const SIZE: ValueType<number> = valueType("SIZE", "a size such as 500KB, 32MB or 1GiB", (value) => {
  const bytes = parseQuantity(value.toUpperCase(), SIZE_UNITS, "B");
  return bytes === undefined ? undefined : Math.round(bytes);
});

/** Milliseconds, written with their unit (`250ms`, `30s`, `5m`, `1h`); a bare number is seconds. */
export const DURATION: ValueType<number> = valueType("TIME", `a time such as ${DURATION_EXAMPLES}`, parseDuration);

/** So many in a time: `100/s`. */
export const RATE: ValueType<Rate> = valueType("RATE", "a rate such as 100/s, 1000/m or 10/250ms", parseRate);
