import { suggestWord } from "../core/nearest-word.js";
import { describeOptions } from "./describe.js";
import type { OptionsSchema } from "./option.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A warning for each variable that looks like ours but is no option of any command: most likely misspelt.
 *
 * It is no error: what starts a program puts variables there that nobody wrote.
 */
export function findUnknownVariables(environment: Environment, schemas: readonly OptionsSchema[]): string[] {
  const known = new Set(schemas.flatMap((schema) => describeOptions(schema).map(({ variable }) => variable)));
  return Object.keys(environment)
    .filter((name) => name.startsWith("MLSERVE_") && !known.has(name) && !isServiceVariable(name))
    .toSorted()
    .map((name) => [`${name} is no variable of mlserve, and is ignored`, suggestWord(name, known)])
    .map((parts) => parts.filter((part) => part !== undefined).join(". "));
}

/** What Kubernetes gives every pod for a Service whose name begins with mlserve. */
function isServiceVariable(name: string): boolean {
  return /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/.test(name);
}
