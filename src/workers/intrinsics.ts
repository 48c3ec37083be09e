/**
 * What decoding, encoding and the frames of a worker are made of. Anything else that a model changes is its own concern,
 * and each function more costs every answer that leaves alone.
 */
const HOLDERS: readonly (readonly [string, object])[] = [
  ["JSON", JSON],
  ["Object", Object],
  ["Array.prototype", Array.prototype],
  ["Map.prototype", Map.prototype],
  ["Promise.prototype", Promise.prototype],
  ["TypedArray.prototype", Object.getPrototypeOf(Uint8Array.prototype)],
  ["Buffer", Buffer],
];

/** What a check may use: its own copies, as those of the language may have been changed when it runs. */
const { getOwnPropertyDescriptor, ownKeys } = Reflect;

/**
 * Remembers the built-in functions as they are now; the result names one that was changed since, if any.
 *
 * New properties are nobody's harm, but those of `Object.prototype`, which every object would have.
 */
export function watchIntrinsics(): () => string | undefined {
  const functions = HOLDERS.flatMap(([name, holder]) => functionsOf(name, holder));
  const findChange = compileCheck(functions);
  const shared = Object.prototype;
  const names = ownKeys(shared).length;
  return () => findChange() ?? (ownKeys(shared).length === names ? undefined : "Object.prototype");
}

interface BuiltIn {
  readonly name: string;
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}

function functionsOf(name: string, holder: object): BuiltIn[] {
  return ownKeys(holder).flatMap((key) => {
    const value: unknown = getOwnPropertyDescriptor(holder, key)?.value;
    if (typeof key !== "string" || typeof value !== "function") return [];
    return [{ name: `${name}.${key}`, holder, key, value }];
  });
}

/**
 * One comparison for each, written out: the engine remembers where it found a property for each place in the code, and a
 * loop over all of them, which is one place, takes more than ten times as long.
 */
function compileCheck(functions: readonly BuiltIn[]): () => string | undefined {
  const lines = functions.map(
    ({ key, name }, i) => `if (holders[${i}][${JSON.stringify(key)}] !== values[${i}]) return ${JSON.stringify(name)};`,
  );
  const compile = new Function("holders", "values", `return () => { ${lines.join("\n")} };`);
  return compile(
    functions.map(({ holder }) => holder),
    functions.map(({ value }) => value),
  );
}
