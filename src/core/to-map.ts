/** The keys and values of an object or a Map, keys as texts. */
export function toMap(value: object): Map<string, unknown> {
  const entries = value instanceof Map ? Array.from<[unknown, unknown]>(value) : Object.entries(value);
  return new Map(entries.map(([key, item]) => [String(key), item]));
}
