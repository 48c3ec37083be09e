import { parseAst } from "vitest/node";

/** One import, re-export or `import()` of a file. */
export interface ImportFact {
  readonly specifier: string;
  /** `type` is erased by the compiler: `import type`, `export type … from`, `typeof import()`. */
  readonly kind: "static" | "dynamic" | "type";
  /** Names imported from it, where they can be told. */
  readonly names: readonly string[];
}

/** What the rules of the architecture ask about a TypeScript file. */
export interface SourceFile {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportFact[];
  /** Uses of what belongs to the command line: `process.env`, `process.exit`, `console`. */
  readonly processUses: readonly string[];
  /** `Date.now()`, `new Date()`: a clock that people set, and that jumps. */
  readonly wallClockUses: readonly string[];
  readonly defaultExport: boolean;
  /** Names of module-level variables that can change: `let`, `var`, and collections that start empty. */
  readonly moduleState: readonly string[];
  /** Has it anything but `export { … } from`? */
  readonly onlyReExports: boolean;
}

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Reads the facts of a TypeScript text. Throws a SyntaxError when it is not TypeScript. */
export function readSource(path: string, text: string): SourceFile {
  const program = asNode(parseAst(text, { lang: "ts" }));
  const body = children(program.body);
  const nodes = [...walk(program)];
  return {
    path,
    lines: text.trimEnd().split("\n").length,
    imports: nodes.flatMap(importOf),
    processUses: nodes.flatMap(processUse),
    wallClockUses: nodes.flatMap(wallClockUse),
    defaultExport: nodes.some(isDefaultExport),
    moduleState: body.flatMap(mutableNames),
    onlyReExports: body.every((node) => node.type === "ExportNamedDeclaration" && isNode(node.source)),
  };
}

function wallClockUse(node: SyntaxNode): string[] {
  const isNew = node.type === "NewExpression" && isName(node.callee, "Date") && children(node.arguments).length === 0;
  const isNow = node.type === "MemberExpression" && isName(node.object, "Date") && isName(node.property, "now");
  return isNew || isNow ? [isNew ? "new Date()" : "Date.now"] : [];
}

function isName(value: unknown, name: string): boolean {
  return isNode(value) && value.type === "Identifier" && value.name === name;
}

function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node)) for (const child of children(value)) yield* walk(child);
}

function children(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function asNode(value: unknown): SyntaxNode {
  if (!isNode(value)) throw new TypeError("expected a syntax node");
  return value;
}

/** The name of an identifier, or the text of a string literal. */
function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const name = node.type === "Literal" ? node.value : node.name;
  return typeof name === "string" ? name : undefined;
}

function importOf(node: SyntaxNode): ImportFact[] {
  const specifier = nameOf(node.source);
  if (specifier === undefined)
    return isNode(node.source) ? [{ specifier: "(computed)", kind: "dynamic", names: [] }] : [];
  if (node.type === "ImportExpression") return [{ specifier, kind: "dynamic", names: [] }];
  const erased = node.type === "TSImportType" || node.importKind === "type" || node.exportKind === "type";
  const names = children(node.specifiers).flatMap((child) => nameOf(child.imported ?? child.local) ?? []);
  return [{ specifier, kind: erased ? "type" : "static", names }];
}

const PROCESS_MEMBERS = ["env", "exit"];

function processUse(node: SyntaxNode): string[] {
  if (node.type === "MemberExpression") return memberUse(nameOf(node.object), nameOf(node.property));
  if (node.type === "VariableDeclarator" && nameOf(node.init) === "process" && isNode(node.id)) {
    return children(node.id.properties).flatMap((property) => memberUse("process", nameOf(property.key)));
  }
  if (node.type === "ImportDeclaration" && /^(node:)?process$/.test(nameOf(node.source) ?? "")) {
    return children(node.specifiers).flatMap((specifier) => memberUse("process", nameOf(specifier.imported)));
  }
  return [];
}

function memberUse(object: string | undefined, property: string | undefined): string[] {
  if (object === "console") return ["console"];
  if (object === "globalThis" && (property === "console" || property === "process")) return [`globalThis.${property}`];
  return object === "process" && property !== undefined && PROCESS_MEMBERS.includes(property)
    ? [`process.${property}`]
    : [];
}

function isDefaultExport(node: SyntaxNode): boolean {
  return (
    node.type === "ExportDefaultDeclaration" || (node.type === "ExportSpecifier" && nameOf(node.exported) === "default")
  );
}

function mutableNames(statement: SyntaxNode): string[] {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (!isNode(declaration) || declaration.type !== "VariableDeclaration") return [];
  const declarators = children(declaration.declarations);
  const mutable = declaration.kind === "const" ? declarators.filter(startsEmpty) : declarators;
  return mutable.map((declarator) => nameOf(declarator.id) ?? "(pattern)");
}

/** A collection that starts empty at module level can only be there to be filled, unless its type is read-only. */
function startsEmpty({ id, init }: SyntaxNode): boolean {
  return isNode(init) && isEmptyCollection(init) && (!isNode(id) || isMutableType(id.typeAnnotation));
}

function isEmptyCollection(init: SyntaxNode): boolean {
  if (init.type === "ArrayExpression") return children(init.elements).length === 0;
  if (init.type === "ObjectExpression") return children(init.properties).length === 0;
  const collection = /^(Weak)?(Map|Set)$/.test(nameOf(init.callee) ?? "");
  return init.type === "NewExpression" && collection && children(init.arguments).length === 0;
}

function isMutableType(annotation: unknown): boolean {
  const type = isNode(annotation) ? annotation.typeAnnotation : undefined;
  if (!isNode(type) || type.type === "TSArrayType") return true;
  return type.type === "TSTypeReference" && /^((Weak)?(Map|Set)|Array|Record)$/.test(nameOf(type.typeName) ?? "");
}
