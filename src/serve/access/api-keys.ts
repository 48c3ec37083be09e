import { createHash, timingSafeEqual } from "node:crypto";
import { MlserveError, quoteName } from "../../core/errors.js";

/** A key that requests may carry. */
export interface ApiKey {
  /** What logs and limits know it by. */
  readonly name: string;
  /** What requests carry: at least 16 characters. */
  readonly key: string;
}

/** Who is asking: the name of the key, undefined for none that is known. */
export type KeyFinder = (presented: string) => string | undefined;

/** Keys that are shorter can be guessed. */
const MIN_LENGTH = 16;

/**
 * Reads the lines of a file of keys: `NAME KEY`, or `KEY` alone, whose name is its line; blank lines and those after `#`
 * say nothing.
 *
 * Throws `usage` naming the line, never the key.
 */
export function parseApiKeys(text: string, where: string): ApiKey[] {
  const keys = text.split(/\r?\n/).flatMap((line, at) => readLine(line.trim(), `${where}, line ${at + 1}`, at + 1));
  if (keys.length === 0) throw new MlserveError("usage", "expected at least one key", { where });
  const names = keys.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw new MlserveError("usage", `${quoteName(repeated)} names two keys`, { where });
  return keys;
}

function readLine(line: string, where: string, number: number): ApiKey[] {
  if (line === "" || line.startsWith("#")) return [];
  const [first = "", second, ...rest] = line.split(/\s+/);
  if (rest.length > 0) throw new MlserveError("usage", "expected a name and a key, without blanks in them", { where });
  const name = second === undefined ? `line ${number}` : first;
  return [checkKey({ name, key: second ?? first }, where)];
}

/** Throws `usage` for a key that is too short to be one. */
export function checkKey(key: ApiKey, where: string): ApiKey {
  if (key.key.length >= MIN_LENGTH) return key;
  throw new MlserveError("usage", `expected a key of at least ${MIN_LENGTH} characters`, {
    where,
    hint: "Make one with: openssl rand -hex 24",
  });
}

/** What knows keys again. It compares in a time that tells nothing of them. */
export function createKeyFinder(keys: readonly ApiKey[]): KeyFinder {
  const known = keys.map(({ name, key }) => ({ name, digest: digestOf(key) }));
  return (presented) => {
    const digest = digestOf(presented);
    let found: string | undefined;
    for (const { name, digest: other } of known) if (timingSafeEqual(digest, other)) found = name;
    return found;
  };
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
