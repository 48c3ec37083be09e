import { quoteName } from "../core/errors.js";
import { JsonFloat, type JsonValue } from "../core/json.js";
import { indicesOf } from "../core/tensor.js";
import type { RecordedOutput, SelfTest, Tolerance } from "../format/self-test-file.js";

/** Where an answer first departs from the recorded one, in words without its values; undefined where it does not. */
export function findDifference(
  { outputs, tolerance }: Pick<SelfTest, "outputs" | "tolerance">,
  answered: readonly RecordedOutput[],
): string | undefined {
  const byName = new Map(answered.map((output) => [output.name, output]));
  for (const recorded of outputs) {
    const output = byName.get(recorded.name);
    const where = `output ${quoteName(recorded.name)}`;
    if (output === undefined) return `${where} is missing`;
    const difference = differenceOf(recorded, output, tolerance[recorded.dtype]);
    if (difference !== undefined) return where + difference;
  }
  const known = new Set(outputs.map(({ name }) => name));
  const extra = answered.find(({ name }) => !known.has(name));
  return extra === undefined ? undefined : `output ${quoteName(extra.name)} was not recorded`;
}

function differenceOf(
  recorded: RecordedOutput,
  { dtype, shape, data }: RecordedOutput,
  limit: Tolerance | undefined,
): string | undefined {
  if (dtype !== recorded.dtype) return ` is ${dtype} and was ${recorded.dtype}`;
  if (shape.join() !== recorded.shape.join())
    return ` has the shape [${shape.join(", ")}] and had [${recorded.shape.join(", ")}]`;
  const index = recorded.data.findIndex((value, i) => !isNear(value, data[i] ?? null, limit));
  return index === -1
    ? undefined
    : `, position [${indicesOf(index, shape).join(", ")}]: the value is not the recorded one`;
}

function isNear(recorded: JsonValue, value: JsonValue, limit: Tolerance | undefined): boolean {
  if (Array.isArray(recorded))
    return (
      Array.isArray(value) &&
      value.length === recorded.length &&
      recorded.every((item, i) => isNear(item, value[i] ?? null, limit))
    );
  if (recorded instanceof Map)
    return (
      value instanceof Map &&
      value.size === recorded.size &&
      [...recorded].every(([key, item]) => value.has(key) && isNear(item, value.get(key) ?? null, limit))
    );
  const [was, is] = [toNumber(recorded), toNumber(value)];
  if (limit === undefined || was === undefined || is === undefined) return spell(recorded) === spell(value);
  return Math.abs(is - was) <= limit.absolute + limit.relative * Math.abs(was);
}

function toNumber(value: JsonValue): number | undefined {
  if (value instanceof JsonFloat) return value.value;
  return typeof value === "number" ? value : undefined;
}

/** Integers are equal whether or not they fit into a number; the text "1" is no number. */
function spell(value: JsonValue): string {
  const number = toNumber(value) ?? (typeof value === "bigint" ? value : undefined);
  return number === undefined ? `${typeof value} ${String(value)}` : String(number);
}
