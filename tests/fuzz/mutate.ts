/** Draws whole numbers from 0 up to, and without, `below`. */
export type Random = (below: number) => number;

/** Numbers that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What parsers have been caught by. */
const ODD = [
  ...["", "0", "-0", "1e400", "-1e-400", "1e309", "NaN", "-Infinity", "9007199254740993", "9".repeat(400), "0x10"],
  ...["null", "true", "[]", "{}", "[[[[", "}}}}", '"', "\\", "\\u0000", "\\ud800", '"__proto__"', '"constructor"'],
  ...["\0", "\r\n", "\ufeff", "💥", "%s", "../", "<<: *a", "&a [*a, *a]", "!!js/function", "a: b: c", "- ".repeat(50)],
  ...["[".repeat(2000), '{"a":'.repeat(300), "dataframe_split", "inputs", "columns", "data", "tensor-spec", "shape"],
].map((text) => Buffer.from(text));

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

function splice(bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => splice(bytes, random(bytes.length), 1, Buffer.from([random(256)])),
  (bytes, random) => flipBit(bytes, random),
  (bytes, random) => splice(bytes, random(bytes.length), 0, pick(ODD, random)),
  (bytes, random) => splice(bytes, random(bytes.length), 1 + random(8), pick(ODD, random)),
  (bytes, random) => splice(bytes, random(bytes.length), 1 + random(64), Buffer.alloc(0)),
  (bytes, random) => repeatPart(bytes, random),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random, others) => {
    const other = pick(others, random);
    const from = random(other.length);
    return splice(bytes, random(bytes.length), random(32), other.subarray(from, from + random(64)));
  },
  (bytes, random) => replaceNumber(bytes, random),
];

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  return splice(bytes, at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random(8))]));
}

function repeatPart(bytes: Buffer, random: Random): Buffer {
  const from = random(bytes.length);
  const part = bytes.subarray(from, from + 1 + random(32));
  return splice(bytes, from, 0, Buffer.concat(Array.from({ length: 1 + random(20) }, () => part)));
}

/** Lengths, counts and values are what most code believes. */
function replaceNumber(bytes: Buffer, random: Random): Buffer {
  const numbers = [...bytes.toString("latin1").matchAll(/\d+/g)];
  if (numbers.length === 0) return bytes;
  const found = pick(numbers, random);
  return splice(bytes, found.index, found[0].length, pick(ODD, random));
}

function pick<T>(list: readonly T[], random: Random): T {
  const item = list[random(list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** One of the samples with one to four changes. */
export function mutate(samples: readonly Buffer[], random: Random): Buffer {
  let bytes = pick(samples, random);
  for (let changes = random(4); changes >= 0 && bytes.length > 0; changes--)
    bytes = pick(MUTATIONS, random)(bytes, random, samples);
  return bytes;
}
