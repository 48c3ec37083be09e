import { MlserveError, quoteName } from "../core/errors.js";

/** What a schema says is wrong: an issue of zod's, or of any other library with the Standard Schema interface. */
export interface SchemaIssue {
  /** What is wrong, for a person. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Of zod's: what kind of fault it is. */
  readonly code?: string | undefined;
  /** Of zod's `unrecognized_keys`. */
  readonly keys?: readonly string[];
}

/** A schema's error, as far as it is read here. */
interface SchemaError {
  readonly issues: readonly SchemaIssue[];
}

/** The first fault that a schema found, as `invalid_descriptor` naming the field below `prefix`. */
export function schemaFault(error: SchemaError, prefix: string): MlserveError {
  const [first = new MlserveError("invalid_descriptor", "not as expected", { where: "MLmodel", cause: error })] =
    schemaFaults(error, prefix);
  return first;
}

/** All of them. */
export function schemaFaults(error: SchemaError, prefix: string): MlserveError[] {
  return error.issues.map((issue) => issueFault(issue, prefix, error));
}

/** One of them. */
export function issueFault(issue: SchemaIssue, prefix: string, cause: unknown): MlserveError {
  const keys = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  return new MlserveError("invalid_descriptor", reasonOf(issue), {
    where: `MLmodel: ${keys.reduce(appendKey, prefix)}`,
    cause,
  });
}

function appendKey(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = String(key);
  const shown = /^[\w-]{1,100}$/.test(name) ? name : quoteName(name);
  return path === "" ? shown : `${path}.${shown}`;
}

/** zod's own messages hold no value of the input, but for the names of keys: those are quoted here. */
function reasonOf({ code, keys, message }: SchemaIssue): string {
  if (code === "unrecognized_keys" && keys !== undefined) return `unknown key ${keys.map(quoteName).join(", ")}`;
  return message.replace(/^Invalid input: /, "");
}
