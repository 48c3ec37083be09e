import { Document, type Node, type ParsedNode, Scalar, type ScalarTag, type Tags, visit } from "yaml";
import { readYamlDocument } from "../core/yaml-reader.js";

/**
 * Writes a mapping as an `MLmodel` file, like MLflow: keys sorted, one entry a line, for Python's `yaml.safe_load`.
 *
 * Only ASCII, so that a reader with another encoding in mind still reads it.
 */
export function stringifyMlmodel(mapping: Readonly<Record<string, unknown>>): string {
  // YAML 1.1 is what Python reads: words like `yes`, `1:30` and dates are quoted where they are strings.
  const document = new Document(mapping, {
    version: "1.1",
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    customTags: withPythonNumbers,
  });
  visit(document, { Scalar: (_, scalar) => quoteForPython(scalar) });
  return toAsciiText(document);
}

/** One change of a mapping: the value at a path of keys. */
export type Edit = readonly [path: readonly string[], value: unknown];

/** Changes entries of an `MLmodel` file and leaves the others, with their comments and spelling, as they are. */
export function editMlmodel(text: string, edits: readonly Edit[]): string {
  const document = readYamlDocument(text, withPythonNumbers);
  for (const [path, value] of edits) document.setIn(path, quotedNode(document, value));
  visit(document, { Scalar: (_, scalar) => keepSpelling(scalar) });
  return toAsciiText(document);
}

/** Whatever it is, a quoted string is one in every version of YAML. */
function quotedNode(document: Document<ParsedNode>, value: unknown): Node {
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  visit(node, {
    Scalar: (key, scalar) => {
      if (key !== "key" && typeof scalar.value === "string") scalar.type = Scalar.QUOTE_SINGLE;
    },
  });
  return node;
}

/** Words and versions stand as they are; what any version of YAML could take for something else is quoted. */
function quoteForPython(scalar: Scalar): void {
  if (typeof scalar.value !== "string") return;
  if (NOT_ASCII.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
  else if (!/^([a-z_][\w./-]*|\d+\.\d+\.\d+)$/i.test(scalar.value)) scalar.type = Scalar.QUOTE_SINGLE;
}

function keepSpelling(scalar: Scalar): void {
  if (typeof scalar.value === "string" && NOT_ASCII.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
  // Without its format a number is written by the tag below.
  if (typeof scalar.value === "number") delete scalar.format;
}

const NUMBER_TAG: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  // Nothing is read by it.
  test: /(?!)/,
  resolve: Number,
  identify: (value) => typeof value === "number" && Number.isFinite(value),
  stringify: (scalar) => scalar.source ?? pythonNumber(scalar.value),
};

function withPythonNumbers(tags: Tags): Tags {
  // A string `<<` must not become the sign of a merge.
  return [NUMBER_TAG, ...tags.filter((tag) => typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:merge")];
}

/** Python's YAML reads `1e-7` as a string: it needs the point. */
function pythonNumber(value: unknown): string {
  return String(value).replace(/^(-?\d+)e/, "$1.0e");
}

const NOT_ASCII = /[^ -~\n]/;

/** All characters beyond ASCII stand in double quotes by now (or in comments), where they may be escaped. */
function toAsciiText(document: Document | Document<ParsedNode>): string {
  const text = document.toString({ lineWidth: 0, indentSeq: false, singleQuote: true });
  return text.replace(/[^ -~\n]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
