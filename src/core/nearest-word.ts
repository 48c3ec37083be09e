/** The one of `known` that was probably meant by a misspelt word; undefined when none is near. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const plain = toPlainWord(word);
  let nearest: string | undefined;
  // A letter is near to every other: of a short word something has to be left.
  let least = Math.min(plain.length, Math.max(1, Math.floor(plain.length / 3)) + 1);
  for (const candidate of known) {
    const distance = editDistance(plain, toPlainWord(candidate));
    if (distance >= least) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest;
}

/** `Did you mean "port"?`, or undefined. */
export function suggestWord(word: string, known: Iterable<string>): string | undefined {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
}

/** `maxBody`, `max_body` and `max-body` are one word to whoever writes them. */
function toPlainWord(word: string): string {
  return word.slice(0, 100).toLowerCase().replace(/[-_ ]/g, "");
}

/** Letters to insert, drop, change or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swaps = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = swaps ? (beforeLast[column - 2] ?? 0) + 1 : changed;
      current.push(Math.min(changed, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
