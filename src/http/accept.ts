/**
 * The one of `offered` that an Accept header likes best; the first where it says nothing, or likes none of them.
 *
 * As RFC 9110 has it, the most specific range that fits a type gives its weight. Of equals, one that is named beats one
 * that a wildcard lets through, and then the one that the header names first.
 */
export function preferredMediaType<T extends string>(header: string | null, offered: readonly [T, ...T[]]): T {
  const ranges = (header ?? "").split(",").map(parseRange);
  const liked = offered.flatMap((type) => matchRange(type, ranges) ?? []).filter(({ weight }) => weight > 0);
  const [best] = liked.toSorted((a, b) => b.weight - a.weight || b.precision - a.precision || a.position - b.position);
  return best?.type ?? offered[0];
}

/** Does an Accept header name a type itself, and not with the weight 0? */
export function namesMediaType(header: string | null, type: string): boolean {
  return (header ?? "")
    .split(",")
    .map(parseRange)
    .some(({ range, weight }) => range === type && weight > 0);
}

interface MediaRange {
  readonly range: string;
  /** From 0, which is no, to 1. */
  readonly weight: number;
}

function parseRange(part: string): MediaRange {
  const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  return { range, weight: Number(weight) >= 0 && Number(weight) <= 1 ? Number(weight) : 0 };
}

function matchRange<T extends string>(type: T, ranges: readonly MediaRange[]) {
  const names = ["*/*", `${type.split("/")[0]}/*`, type];
  for (let precision = names.length - 1; precision >= 0; precision--) {
    const position = ranges.findIndex(({ range }) => range === names[precision]);
    const weight = ranges[position]?.weight;
    if (weight !== undefined) return { type, weight, precision, position };
  }
  return undefined;
}
