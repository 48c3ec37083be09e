/** How many results are kept, and for how long texts: clients of one server send few different heads of requests. */
const MOST = 256;
const LONGEST = 1024;

/**
 * Remembers what a function made of the last texts. It must give the same for the same text, and nothing that anybody
 * changes; what it throws is not kept.
 */
export function rememberRecent<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= MOST) known.clear();
    if (text.length <= LONGEST) known.set(text, made);
    return made;
  };
}
