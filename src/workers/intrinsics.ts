/** Objects of the language that every code in a process shares. */
const HOLDERS: readonly (readonly [string, object])[] = [
  ["globalThis", globalThis],
  ...[Object, Function, Array, String, Number, BigInt, Boolean, Symbol, Error, RegExp, Date].flatMap(ofClass),
  ...[Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, DataView, Uint8Array, Buffer].flatMap(ofClass),
  ["TypedArray.prototype", Object.getPrototypeOf(Uint8Array.prototype)],
  ["ArrayIterator.prototype", Object.getPrototypeOf([][Symbol.iterator]())],
  ["MapIterator.prototype", Object.getPrototypeOf(new Map().entries())],
  ["JSON", JSON],
  ["Math", Math],
  ["Reflect", Reflect],
];

function ofClass(shared: { readonly name: string; readonly prototype: object }) {
  return [
    [shared.name, shared],
    [`${shared.name}.prototype`, shared.prototype],
  ] as const;
}

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
    if (holder === globalThis && !/^[A-Z]/.test(key)) return [];
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
