/** The entries of an object that are there, for what takes optional keys but no undefined. */
export type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

export function definedOf<T extends object>(entries: T): Defined<T> {
  // Only entries that are not undefined are left.
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Defined<T>;
}
