import fc from "fast-check";

const SCALARS = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"];
const DTYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "str", "object"];

const column = (name: string) =>
  fc.record({ type: fc.constantFrom(...SCALARS), name: fc.constant(name), required: fc.boolean() });
/** The inputs of a signature of two columns, as JSON. */
export const columns = fc.tuple(column("a"), column("b")).map((both) => JSON.stringify(both));
const tensor = (name: string) =>
  fc.record({
    type: fc.constant("tensor"),
    name: fc.constant(name),
    "tensor-spec": fc.record({
      dtype: fc.constantFrom(...DTYPES),
      shape: fc.constantFrom([-1], [-1, 1], [-1, 2]),
    }),
  });
/** The inputs of a signature of two tensors, as JSON. */
export const tensors = fc.tuple(tensor("a"), tensor("b")).map((both) => JSON.stringify(both));

/** JSON texts, since values would lose what is at stake: 1.0, 2^53 + 1, 1e400, NaN. */
const cell = fc.constantFrom(
  ...["null", "true", "false", "0", "1", "-1", "2", "127", "128", "-129", "255", "256", "1.0", "1.5", "-0.25", "1e-3"],
  ...["2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809"],
  ...["65504", "65520", "1e5", "3.5e38", "1e39", "1e400", "NaN", "Infinity", "-Infinity"],
  ...['"false"', '"true"', '"no"', '"x"', '""', '"0"', '"1"', '"12"', '"1.5"', '"nan"', '"1e400"', '"aGk="', '"aG!k="'],
  ...['"2020-01-02"', '"2020-01-02T03:04:05"', '"2020"', '"20200102"', '"2020/1/2"', "[]", "[1]", "{}"],
);

/** Most cells of a body are alike, so that many bodies are read at all. */
const cells = fc.tuple(cell, cell, fc.nat({ max: 3 })).map(
  ([usual, other, at]) =>
    (row: number) =>
      row === at ? other : usual,
);
type Cells = (row: number) => string;

const object = (a: string, b: string, twice: boolean): string => `{"a":${a},"b":${b}${twice ? `,"a":${a}` : ""}}`;
const list = (items: readonly string[]): string => `[${items.join(",")}]`;
const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

const FORMS: Readonly<Record<string, (a: Cells, b: Cells, odd: boolean) => string>> = {
  split: (a, b, odd) => {
    const rows = rowsOf(2).map((row) => list(odd && row === 1 ? [a(row)] : [a(row), b(row)]));
    return `{"dataframe_split":{"columns":["a","b"],"data":${list(rows)}}}`;
  },
  records: (a, b, odd) => {
    const rows = rowsOf(2).map((row) => (odd && row === 1 ? `{"a":${a(row)}}` : object(a(row), b(row), false)));
    return `{"dataframe_records":${list(rows)}}`;
  },
  inputs: (a, b, odd) => `{"inputs":${object(list(rowsOf(2).map(a)), list(rowsOf(2).map(b)), odd)}}`,
  nested: (a, b) =>
    `{"inputs":{"a":${list(rowsOf(2).map((row) => `[${a(row)}]`))},"b":${list([list(rowsOf(2).map(b))])}}}`,
  scalars: (a, b, odd) => `{"inputs":${object(a(0), b(0), odd)}}`,
  list: (a) => `{"inputs":${list(rowsOf(2).map(a))}}`,
  objects: (a, b, odd) => `{"inputs":${list(rowsOf(2).map((row) => object(a(row), b(row), odd)))}}`,
  instances: (a, b, odd) => `{"instances":${list(rowsOf(2).map((row) => object(a(row), b(row), odd)))}}`,
};

/** Two rows, or what is nearly that, in any form. */
export const jsonBody = fc
  .tuple(fc.constantFrom(...Object.keys(FORMS)), cells, cells, fc.integer({ min: 0, max: 4 }))
  .map(([form, a, b, odd]) => FORMS[form]?.(a, b, odd === 0) ?? "");

export const csvBody = fc
  .tuple(cells, cells, fc.integer({ min: 0, max: 4 }))
  .map(([a, b, odd]) =>
    ["a,b", ...rowsOf(2).map((row) => (odd === 0 && row === 1 ? a(row) : `${a(row)},${b(row)}`)), ""].join("\n"),
  );
