import type { z } from "zod";
import { MlserveError, quoteName } from "../core/errors.js";

/** The first fault that a schema found, as `invalid_descriptor` naming the field below `prefix`. */
export function schemaFault(error: z.ZodError, prefix: string): MlserveError {
  const [first = new MlserveError("invalid_descriptor", "not as expected", { where: "MLmodel", cause: error })] =
    schemaFaults(error, prefix);
  return first;
}

/** All of them. */
export function schemaFaults(error: z.ZodError, prefix: string): MlserveError[] {
  return error.issues.map((issue) => {
    const where = `MLmodel: ${issue.path.reduce(appendKey, prefix)}`;
    return new MlserveError("invalid_descriptor", reasonOf(issue), { where, cause: error });
  });
}

function appendKey(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = String(key);
  const shown = /^[\w-]{1,100}$/.test(name) ? name : quoteName(name);
  return path === "" ? shown : `${path}.${shown}`;
}

/** zod's own messages hold no value of the input, but for the names of keys: those are quoted here. */
function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message.replace(/^Invalid input: /, "");
  return `unknown key ${issue.keys.map(quoteName).join(", ")}`;
}
