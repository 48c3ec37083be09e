/** Finds what has a name without looking at the rest: a request may have thousands of columns, and names twice. */
export function groupByName<T extends { readonly name: string | undefined }>(
  entries: readonly T[],
): (name: string | undefined) => readonly T[] {
  const groups = new Map<string | undefined, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.name);
    if (group === undefined) groups.set(entry.name, [entry]);
    else group.push(entry);
  }
  return (name) => groups.get(name) ?? [];
}
