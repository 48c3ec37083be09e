import fc from "fast-check";
import { parseSignature, type Signature } from "../../../../src/format/signature.js";

/** A signature and the text of a body for it: mostly sound, with something odd now and then. */
export interface SignedBody {
  readonly signature: Signature;
  readonly text: string;
}

const float = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? "-0.0" : String(value))),
  fc.double({ min: -10, max: 10, noNaN: true }).map((value) => value.toFixed(6)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(17)),
);
const integer = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const word = fc.constantFrom("null", "NaN", "Infinity", "-Infinity", "true", "false");
const oddNumber = fc.constantFrom(
  "-0", "-0.0", "0e5", "1E3", "1e400", "-1e-400", "1e23", "3.5e38", "01", "1.", ".5", "+1", "1e", "- 1", "65519.9", "128",
  "9007199254740993", "9007199254740993.0", "4503599627370496.5", "18446744073709551615", "18446744073709551616",
  "123456789012345678901234567890", "0.1234567890123456789012345", "2.2250738585072011e-308", "1e-323", "0x10", "1.0", "1_0",
); // biome-ignore format: a list of words
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('"\\u0041\\n\\/"', '"\\ud83d"', '"\t"', '"1.5"', '"true"', '"2024-01-02"', '"2024-01-02T03:04:05"', '"aGk="', '"unclosed'),
); // biome-ignore format: a list of words

/** What values of a type look like, mostly. */
const USUAL: Record<string, fc.Arbitrary<string>> = {
  boolean: fc.boolean().map(String),
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  long: integer,
  float,
  double: float,
  string: text,
  binary: fc.uint8Array({ maxLength: 4 }).map((bytes) => `"${Buffer.from(bytes).toString("base64")}"`),
  datetime: fc.constantFrom('"2024-01-02"', '"1999-12-31"', "null"),
};
const TENSOR_TYPES: Record<string, fc.Arbitrary<string>> = {
  float32: float,
  float64: float,
  float16: fc.double({ min: -70000, max: 70000, noNaN: true }).map((value) => value.toFixed(3)),
  int64: integer,
  uint8: fc.integer({ min: 0, max: 255 }).map(String),
  int32: fc.integer({ min: -300, max: 300 }).map(String),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  bool: fc.boolean().map(String),
  str: text,
};

/** One value in `share` is odd: of another type, or no JSON at all. */
function mostly(usual: fc.Arbitrary<string>, share: number): fc.Arbitrary<string> {
  const odd = fc.oneof(
    integer,
    float,
    word,
    oddNumber,
    text,
    fc.constantFrom("[1]", "{}", '{"a":1,"a":2}', "[[]]", ""),
  );
  return fc.oneof({ arbitrary: usual, weight: share }, { arbitrary: odd, weight: 1 });
}

const name = fc.oneof(
  fc.constantFrom("a", "b", "c", "é", 'q"', "10"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
);

interface Named {
  readonly name: string;
  readonly type: string;
}

/** The name as JSON text, at times with an escape that nobody would write. */
function written(label: string): fc.Arbitrary<string> {
  const escaped = `"${Array.from({ length: label.length }, (_, i) => `\\u${label.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
  return fc.oneof(
    { arbitrary: fc.constant(JSON.stringify(label)), weight: 12 },
    { arbitrary: fc.constant(escaped), weight: 1 },
  );
}

/** Keys in another order now and then, one left out, one twice, one too many. */
function keysOf(columns: readonly Named[]): fc.Arbitrary<readonly Named[]> {
  const all: readonly Named[] = columns;
  const [first = { name: "z", type: "double" }] = all;
  return fc.oneof(
    { arbitrary: fc.constant<readonly Named[]>(all), weight: 8 },
    { arbitrary: fc.shuffledSubarray([...all], { minLength: all.length }), weight: 3 },
    { arbitrary: fc.shuffledSubarray([...all], { minLength: 1 }), weight: 3 },
    { arbitrary: fc.constant([...all, { name: "extra", type: "double" }]), weight: 2 },
    { arbitrary: fc.constant([{ name: "extra", type: "string" }, ...all]), weight: 1 },
    { arbitrary: fc.constant([...all, first]), weight: 1 },
  );
}

function objectText(keys: readonly Named[], value: (column: Named) => fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(...keys.map((key) => fc.tuple(written(key.name), value(key))))
    .map((entries) => `{${entries.map(([key, item]) => `${key}:${item}`).join()}}`);
}

function listText(item: fc.Arbitrary<string>, size: { minLength: number; maxLength: number }): fc.Arbitrary<string> {
  return fc.array(item, size).map((items) => `[${items.join()}]`);
}

type Values = (column: Named) => fc.Arbitrary<string>;

function splitText(columns: readonly Named[], values: Values, rows: number): fc.Arbitrary<string> {
  return keysOf(columns).chain((keys) =>
    fc
      .tuple(
        fc.tuple(...keys.map((key) => written(key.name))),
        listText(
          fc.tuple(...keys.map(values)).map((cells) => `[${cells.join()}]`),
          { minLength: rows, maxLength: rows },
        ),
        fc.constantFrom("columns", "columns", "columns", "index", "late", "none"),
      )
      .map(([names, data, order]) => {
        const index = `"index":[${Array.from({ length: rows }, (_, i) => i).join()}]`;
        if (order === "late") return `{"data":${data},"columns":[${names.join()}]}`;
        if (order === "none") return `{"data":${data}}`;
        return `{${order === "index" ? `${index},` : ""}"columns":[${names.join()}],"data":${data}}`;
      }),
  );
}

function recordsText(columns: readonly Named[], values: Values, rows: number): fc.Arbitrary<string> {
  const same = keysOf(columns).chain((keys) =>
    listText(objectText(keys, values), { minLength: rows, maxLength: rows }),
  );
  const different = listText(
    keysOf(columns).chain((keys) => objectText(keys, values)),
    { minLength: rows, maxLength: rows },
  );
  return fc.oneof({ arbitrary: same, weight: 3 }, { arbitrary: different, weight: 1 });
}

function mapText(columns: readonly Named[], value: Values): fc.Arbitrary<string> {
  return keysOf(columns).chain((keys) => objectText(keys, value));
}

/** The data, with params and keys that mean nothing or too much before and behind it. */
function bodyText(form: string, data: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const around = fc.oneof(
    { arbitrary: fc.constant(""), weight: 12 },
    {
      arbitrary: fc.constantFrom(
        '"params":{"k":3}',
        '"params":{"k":"x"}',
        '"x":[{}]',
        '"input":1',
        '"inputs":[1]',
        '"params":1',
      ),
      weight: 1,
    },
  );
  return fc
    .tuple(around, data, around)
    .map(([before, value, behind]) => `{${[before, `"${form}":${value}`, behind].filter(Boolean).join()}}`);
}

/** Spaces and line ends where JSON allows them: around brackets, commas and colons outside of texts. */
function spaced(body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const space = fc.constantFrom("", "", "", " ", "\n\t", "\r\n  ");
  return fc
    .tuple(body, fc.boolean(), space, space)
    .map(([value, wide, before, behind]) =>
      wide
        ? value.replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (part) =>
            part.startsWith('"') ? part : before + part + behind,
          )
        : value,
    );
}

const PARAMS = JSON.stringify([{ name: "k", type: "integer", default: 1, shape: null }]);

const columnBodies: fc.Arbitrary<SignedBody> = fc
  .uniqueArray(fc.record({ name, type: fc.constantFrom(...Object.keys(USUAL)), required: fc.boolean() }), {
    selector: (column) => column.name,
    minLength: 1,
    maxLength: 4,
  })
  .chain((columns) =>
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(3, 40, 400)).chain(([rows, share]) => {
      const types = new Map(columns.map((column) => [column.name, column.type]));
      const values: Values = (column) => mostly(USUAL[types.get(column.name) ?? column.type] ?? float, share);
      const lists: Values = (column) => listText(values(column), { minLength: rows, maxLength: rows });
      const forms = fc.oneof(
        bodyText("dataframe_split", splitText(columns, values, rows)),
        bodyText("dataframe_records", recordsText(columns, values, rows)),
        bodyText(
          "inputs",
          fc.oneof(mapText(columns, lists), recordsText(columns, values, rows), mapText(columns, values)),
        ),
        bodyText("instances", fc.oneof(recordsText(columns, values, rows), mapText(columns, lists))),
        bodyText("inputs", lists(columns[0] ?? { name: "a", type: "double" })),
      );
      const signature = parseSignature({ inputs: JSON.stringify(columns), params: PARAMS });
      return spaced(forms).map((body) => ({ signature, text: body }));
    }),
  );

const tensorSpec = fc.record({
  name,
  dtype: fc.constantFrom(...Object.keys(TENSOR_TYPES)),
  shape: fc
    .tuple(fc.constantFrom(-1, -1, 2), fc.array(fc.constantFrom(1, 2, 3, -1), { maxLength: 2 }))
    .map(([rows, rest]) => [rows, ...rest]),
});

function nestedText(item: fc.Arbitrary<string>, shape: readonly number[]): fc.Arbitrary<string> {
  const [size, ...inner] = shape;
  if (size === undefined) return item;
  const length = size === -1 ? 2 : size;
  return fc.oneof(
    { arbitrary: listText(nestedText(item, inner), { minLength: length, maxLength: length }), weight: 40 },
    { arbitrary: listText(nestedText(item, inner), { minLength: 0, maxLength: 3 }), weight: 1 },
  );
}

const tensorBodies: fc.Arbitrary<SignedBody> = fc
  .tuple(
    fc.uniqueArray(tensorSpec, { selector: (spec) => spec.name, minLength: 1, maxLength: 2 }),
    fc.boolean(),
    fc.constantFrom(5, 50, 500),
  )
  .chain(([specs, unnamed, share]) => {
    const [first] = specs;
    const shapes = new Map(specs.map((spec) => [spec.name, spec.shape]));
    const columns = specs.map((spec) => ({ name: spec.name, type: spec.dtype }));
    const element: Values = (column) => mostly(TENSOR_TYPES[column.type] ?? float, share);
    const whole: Values = (column) => nestedText(element(column), shapes.get(column.name) ?? [-1]);
    const row: Values = (column) => nestedText(element(column), (shapes.get(column.name) ?? [-1]).slice(1));
    const width = Array.from({ length: Math.max(1, first?.shape[1] ?? 1) }, (_, i) => ({
      name: String(i),
      type: first?.dtype ?? "float32",
    }));
    const forms = fc.oneof(
      bodyText("inputs", mapText(columns, whole)),
      bodyText("instances", mapText(columns, whole)),
      bodyText("instances", recordsText(columns, row, 2)),
      bodyText("inputs", whole(columns[0] ?? { name: "a", type: "float32" })),
      bodyText("instances", whole(columns[0] ?? { name: "a", type: "float32" })),
      bodyText("dataframe_split", splitText(unnamed ? width : columns, element, 2)),
      bodyText("dataframe_records", recordsText(columns, element, 2)),
    );
    const inputs = (unnamed ? specs.slice(0, 1) : specs).map((spec) => ({
      type: "tensor",
      ...(unnamed ? {} : { name: spec.name }),
      "tensor-spec": { dtype: spec.dtype, shape: spec.shape },
    }));
    return spaced(forms).map((body) => ({
      signature: parseSignature({ inputs: JSON.stringify(inputs), params: PARAMS }),
      text: body,
    }));
  });

export const signedBodies: fc.Arbitrary<SignedBody> = fc.oneof(columnBodies, tensorBodies);
