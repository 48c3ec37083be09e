import {
  Composer,
  type CST,
  type Document,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  type SchemaOptions,
} from "yaml";
import { type ErrorKind, MlserveError } from "./errors.js";

/** The reader of block after block calls itself: far deeper files crash the process, not only the reading. */
const MAX_DEPTH = 64;
/** Lexical tokens: the library's time grows with the square of a mapping's keys. */
const MAX_TOKENS = 50_000;
const MAX_ENTRIES = 5_000;
/** PyYAML writes an alias when one object stands twice in what it dumps; a file that needs more is a bomb. */
const MAX_ALIASES = 20;

const OPTIONS = {
  version: "1.2",
  schema: "core",
  // What YAML 1.1 would do more: merge keys, binary, sets, timestamps. A tag of anyone's own is refused as well.
  merge: false,
  resolveKnownTags: false,
  customTags: null,
  uniqueKeys: true,
  stringKeys: true,
  strict: true,
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** How errors name the file that a text is from, and their kind. */
export interface YamlSource {
  readonly name: string;
  readonly kind: ErrorKind;
}

const MLMODEL: YamlSource = { name: "MLmodel", kind: "invalid_descriptor" };

/** A document with what is needed to tell where something in it stands. */
export interface YamlDocument {
  readonly document: Document<ParsedNode>;
  /** From 1, of a place in the text. */
  lineOf(offset: number): number;
}

interface Reading {
  readonly source: YamlSource;
  readonly lines: LineCounter;
}

/**
 * The mapping that a YAML text holds, in everyday JavaScript: timestamps stay strings.
 *
 * Throws `invalid_descriptor`, or the kind of its source, with the line of the fault.
 */
export function readYaml(text: string, source: YamlSource = MLMODEL): Readonly<Record<string, unknown>> {
  const reading = { source, lines: new LineCounter() };
  const document = compose(text, reading);
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) throw refusal(reading, REASONS[fault.code] ?? "not valid YAML", fault.pos[0]);
  const value = toValue(document, reading);
  if (!isMapping(value)) throw refusal(reading, "expected a YAML mapping");
  return value;
}

/** The same text as a document that can be edited and written again, by the caller's own tags where it has some. */
export function readYamlDocument(text: string, customTags: SchemaOptions["customTags"]): Document<ParsedNode> {
  readYaml(text);
  return compose(text, { source: MLMODEL, lines: new LineCounter() }, { customTags: customTags ?? null });
}

/** The same text as a document whose scalars are all texts, spelled as the file spells them: `1.10` keeps its zero. */
export function readYamlTexts(text: string, source: YamlSource): YamlDocument {
  readYaml(text, source);
  const reading = { source, lines: new LineCounter() };
  const document = compose(text, reading, { schema: "failsafe" });
  return { document, lineOf: (offset) => reading.lines.linePos(offset).line };
}

function compose(text: string, reading: Reading, options: SchemaOptions = {}): Document<ParsedNode> {
  checkTokens(text, reading);
  const tokens = [...new Parser(reading.lines.addNewLine).parse(text)];
  checkNesting(tokens, reading);
  const [document, second] = new Composer({ ...OPTIONS, ...options }).compose(tokens, true, text.length);
  if (second !== undefined) throw refusal(reading, "expected one YAML document", second.range[0]);
  if (document === undefined) throw refusal(reading, "the file is empty");
  return document;
}

function checkTokens(text: string, reading: Reading): void {
  let tokens = 0;
  for (const _ of new Lexer().lex(text)) {
    tokens++;
    if (tokens > MAX_TOKENS) throw refusal(reading, `more than ${MAX_TOKENS} tokens`);
  }
}

/** Walks the tokens with a stack of its own, before the library's composer goes down into them. */
function checkNesting(tokens: readonly CST.Token[], reading: Reading): void {
  const stack: { token: CST.Token | null | undefined; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { token, depth } = next;
    if (!token) continue;
    if (depth > MAX_DEPTH) throw refusal(reading, `nested deeper than ${MAX_DEPTH} levels`, token.offset);
    if (token.type === "document") stack.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    if (token.items.length > MAX_ENTRIES)
      throw refusal(reading, `more than ${MAX_ENTRIES} entries in one place`, token.offset);
    for (const { key, value } of token.items)
      stack.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
  }
}

function toValue(document: Document<ParsedNode>, reading: Reading): unknown {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    // The library's ReferenceError.
    const reason = "an alias (*name) without its anchor, or too many of them";
    const { name, kind } = reading.source;
    throw new MlserveError(kind, reason, { where: name, cause });
  }
  checkDepth(value, 0, reading);
  return value;
}

/** Through aliases as well, one of which may lie inside itself. */
function checkDepth(value: unknown, depth: number, reading: Reading): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) throw refusal(reading, `nested deeper than ${MAX_DEPTH} levels, or an alias inside itself`);
  for (const item of Object.values(value)) checkDepth(item, depth + 1, reading);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const REASONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "a key stands twice in one mapping",
  TAG_RESOLVE_FAILED: "a YAML tag (!name) that is not of plain YAML",
  BAD_INDENT: "the indentation is wrong",
  TAB_AS_INDENT: "a tab stands where only spaces may indent",
  MULTIPLE_DOCS: "expected one YAML document",
  NON_STRING_KEY: "a key that is not a string",
  MISSING_CHAR: "not valid YAML: a closing quote, bracket, colon or comma is missing",
};

function refusal({ source, lines }: Reading, reason: string, offset?: number): MlserveError {
  if (offset === undefined) return new MlserveError(source.kind, reason, { where: source.name });
  const { line, col } = lines.linePos(offset);
  return new MlserveError(source.kind, reason, { where: `${source.name}: line ${line}, column ${col}` });
}
