/**
 * The names of a header as pandas' `read_csv` makes them unique: of several columns "a" the later ones are "a.1" and
 * "a.2", and a column without a name is "Unnamed: 0" for its position.
 */
export function toColumnNames(header: readonly string[]): string[] {
  const names = header.map((cell, i) => (cell === "" ? `Unnamed: ${i}` : cell));
  const written = new Set(names);
  if (written.size === names.length) return names;
  const counts = new Map<string, number>();
  // Names that were given come first, so that an unnamed column yields its name to one that has it.
  const positions = [...names.keys()];
  const order = [...positions.filter((i) => header[i] !== ""), ...positions.filter((i) => header[i] === "")];
  for (const i of order) names[i] = uniqueName(names[i] ?? "", written, counts);
  return names;
}

function uniqueName(name: string, written: ReadonlySet<string>, counts: Map<string, number>): string {
  let unique = name;
  let count = counts.get(name) ?? 0;
  while (count > 0) {
    counts.set(name, count + 1);
    unique = `${name}.${count}`;
    count = written.has(unique) ? count + 1 : (counts.get(unique) ?? 0);
  }
  counts.set(unique, count + 1);
  return unique;
}
