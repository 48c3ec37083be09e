import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../../../src/codec/decode/coercion.js";
import { compileCsvDecoder } from "../../../../src/codec/decode/csv/decode-csv.js";
import type { ColumnsBatch } from "../../../../src/core/batch.js";
import { NO_SIGNATURE, parseSignature, SCALAR_TYPES, type Signature } from "../../../../src/format/signature.js";

const TABLES = join(import.meta.dirname, "../../../fixtures/tables");

function recorded<T>(file: string): T[] {
  return JSON.parse(readFileSync(join(TABLES, file), "utf8"));
}

function signature(...columns: readonly object[]): Signature {
  return parseSignature({ inputs: JSON.stringify(columns) });
}

function decode(signed: Signature, text: string | Uint8Array, mode: CoercionName = "safe"): ColumnsBatch {
  const body = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  return compileCsvDecoder(signed, COERCIONS[mode])(body).batch as ColumnsBatch;
}

/** A batch in the words of the recorded tables. */
function told({ columns }: ColumnsBatch): object[] {
  return Array.from(columns, ([name, { dtype, data }]) => {
    const values = Array.from(data as ArrayLike<unknown>, toldValue);
    // Integers among objects are numbers or bigints, as in JSON.
    return {
      name,
      values: dtype === "object" ? values.map((value) => (typeof value === "number" ? String(value) : value)) : values,
    };
  });
}

function toldValue(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? null : value > 0 ? "inf" : "-inf";
}

describe("the cells of a signed column", () => {
  const cells = recorded<{ text: string } & Record<string, { value: unknown } | null>>("csv-cells.json");
  const types = SCALAR_TYPES.filter((type) => cells[0] !== undefined && type in cells[0]);

  it.each(types)("are read as pandas reads them into %s", (type) => {
    const signed = signature({ type, name: "x" });
    for (const cell of cells) {
      const body = `x,y\n"${cell.text.replaceAll('"', '""')}",1\n`;
      const recordedCell = cell[type];
      if (recordedCell === null || recordedCell === undefined) {
        expect(() => decode(signed, body, "mlflow"), `${type} of ${JSON.stringify(cell.text)}`).toThrow(
          /column "x", row 0: expected/,
        );
      } else {
        const [column] = told(decode(signed, body, "mlflow"));
        expect(column, `${type} of ${JSON.stringify(cell.text)}`).toEqual({
          name: "x",
          values: [asStored(type, recordedCell.value)],
        });
      }
    }
  });

  /** Recorded booleans are words, ours are bits; integers of 32 bits are numbers here. */
  function asStored(type: string, value: unknown): unknown {
    if (type === "boolean") return value ? 1 : 0;
    return type === "integer" ? Number(value) : value;
  }

  it.each(["float", "double"])("are refused in safe mode where a %s would become infinite", (type) => {
    const signed = signature({ type, name: "x" });
    expect(() => decode(signed, "x\n1\n-1e400\n")).toThrow('column "x", row 1: expected');
    expect(told(decode(signed, "x\ninf\n-Infinity\n"))).toEqual([{ name: "x", values: ["inf", "-inf"] }]);
  });

  it.each([
    { name: "without a signature", signed: NO_SIGNATURE },
    {
      name: "under a tensor with a name",
      signed: signature({ type: "tensor", name: "x", "tensor-spec": { dtype: "float64", shape: [-1] } }),
    },
    {
      name: "under tensors without one",
      signed: signature({ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 2] } }),
    },
  ])("are refused in safe mode where a number would become infinite, $name", ({ signed }) => {
    for (const cell of ["1e400", "-1e400", "9".repeat(400)])
      expect(() => decode(signed, `y,x\n1,2\n1,${cell}\n`)).toThrow(
        /^column (1|"x"), row 1: the number is beyond the range of the type$/,
      );
    for (const [cell, mode] of [
      ["inf", "safe"],
      ["-Infinity", "safe"],
      ["1e400", "mlflow"],
    ] as const)
      expect(() => decode(signed, `y,x\n1,2\n1,${cell}\n`, mode)).not.toThrow();
  });

  it("are refused in a datetime column, which MLflow cannot read either", () => {
    const signed = signature({ type: "datetime", name: "x" });
    expect(() => decode(signed, "x\n2024-01-02\n")).toThrow("MLflow reads no dates from CSV");
    expect(decode(signed, "x\n").rows).toBe(0);
  });
});

describe("a table without a signature", () => {
  const tables = recorded<{
    name: string;
    text: string;
    columns: { name: string; dtype: string; values: unknown[] }[] | null;
  }>("csv-tables.json");
  const dtypes: Record<string, string> = {
    bool: "bool",
    int64: "int64",
    uint64: "uint64",
    float64: "float64",
    str: "string",
    object: "object",
  };

  it.each(tables)("is read as pandas reads it: $name", ({ text, columns }) => {
    if (columns === null) {
      expect(() => decode(NO_SIGNATURE, text, "mlflow")).toThrow(expect.objectContaining({ kind: "invalid_body" }));
      return;
    }
    const batch = decode(NO_SIGNATURE, text, "mlflow");
    expect(told(batch)).toEqual(
      columns.map(({ name, dtype, values }) => ({ name, values: dtype === "bool" ? values.map(Number) : values })),
    );
    const found = Array.from(batch.columns.values(), ({ dtype }) => dtype);
    // A text that is missing makes a column of objects here.
    expect(found).toEqual(
      columns.map(({ dtype, values }) => (dtype === "str" && values.includes(null) ? "object" : dtypes[dtype])),
    );
  });
});

describe("rows and headers", () => {
  const signed = signature({ type: "long", name: "a" }, { type: "string", name: "b", required: false });
  const unnamed = signature({ type: "long" }, { type: "double" });

  it("refuses a short row in safe mode, and fills it up as MLflow does otherwise", () => {
    const text = "a,b\n1,x\n2\n";
    expect(() => decode(signed, text)).toThrow("row 1: expected 2 cells as in the header, got 1");
    expect(told(decode(signed, text, "mlflow"))).toEqual([
      { name: "a", values: ["1", "2"] },
      { name: "b", values: ["x", null] },
    ]);
  });

  it.each<CoercionName>(["safe", "mlflow"])(
    "refuses rows that are all too long, by which pandas moves every column, in mode %s",
    (mode) => {
      expect(() => decode(signed, "a,b\n1,2,3\n4,5,6\n", mode)).toThrow(
        "row 0: expected 2 cells as in the header, got 3. Name every column",
      );
    },
  );

  it("reads columns by name in the order of the signature, and ignores others", () => {
    expect([...decode(signed, "b,z,a\nx,?,1\n").columns.keys()]).toEqual(["a", "b"]);
    expect([...decode(signed, "z,a\n?,1\n").columns.keys()]).toEqual(["a"]);
  });

  it("reads columns by position where the signature names none", () => {
    expect(told(decode(unnamed, "p,q,r\n1,2.5,x\n"))).toEqual([
      { name: "p", values: ["1"] },
      { name: "q", values: [2.5] },
    ]);
  });

  it.each([
    { name: "a missing column", signed, text: 'b\n"never closed', message: 'missing column "a"' },
    { name: "too few columns", signed: unnamed, text: 'p\n"never closed', message: "expected 2 columns, got 1" },
  ])("refuses $name for the header alone", ({ signed: schema, text, message }) => {
    expect(() => decode(schema, text)).toThrow(message);
  });

  it("refuses a signature with lists", () => {
    const lists = signature({ type: "array", items: { type: "long" }, name: "x" });
    expect(() => decode(lists, "x\n1\n")).toThrow("which CSV cannot hold");
  });

  it.each([
    { name: "what is no UTF-8", text: Buffer.from([0x61, 0x0a, 0xff]), message: "not valid UTF-8" },
    {
      name: "a cell that goes on after its quote",
      text: 'a,b\n1,x\n2,"y"z\n',
      message: "row 1: a quoted cell goes on",
    },
    { name: "a cell that is not closed", text: 'a,b\n1,"x', message: "row 0: a quoted cell is not closed" },
    { name: "a header that is not closed", text: '"a,b', message: "the header: a quoted cell is not closed" },
  ])("refuses $name", ({ text, message }) => {
    expect(() => decode(signed, text)).toThrow(message);
  });

  it("gives params their defaults", () => {
    const { params } = parseSignature({ params: '[{"name":"k","type":"long","default":3,"shape":null}]' });
    const call = compileCsvDecoder({ ...signed, params }, COERCIONS.safe)(Buffer.from("a\n1\n"));
    expect(call).toMatchObject({ form: "dataframe_split", params: new Map([["k", 3]]) });
  });
});

describe("a signature of tensors", () => {
  const matrix = tensors({ dtype: "float32", shape: [-1, 2] });
  const named = tensors({ name: "x", dtype: "int64", shape: [-1, 1] }, { name: "t", dtype: "str", shape: [-1] });

  function tensors(...specs: readonly { name?: string; dtype: string; shape: number[] }[]): Signature {
    return signature(...specs.map(({ name, ...spec }) => ({ type: "tensor", name, "tensor-spec": spec })));
  }

  function decodeTensors(signed: Signature, text: string) {
    const { batch } = compileCsvDecoder(signed, COERCIONS.safe)(Buffer.from(text, "utf8"));
    if (batch.kind !== "tensors") throw new Error("expected tensors");
    return Object.fromEntries(batch.tensors);
  }

  it("takes all columns side by side for a tensor without a name", () => {
    expect(decodeTensors(matrix, "a,b\n1,2.5\n3,\n")).toEqual({
      "": { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2.5, 3, Number.NaN) },
    });
  });

  it("takes columns by name otherwise, texts as they are written", () => {
    expect(decodeTensors(named, "t,z,x\n007,?,1\nNA ,?,2.0\n")).toEqual({
      x: { dtype: "int64", shape: [2, 1], data: BigInt64Array.of(1n, 2n) },
      t: { dtype: "string", shape: [2], data: ["007", "NA "] },
    });
  });

  it.each([
    {
      name: "values where the names should be",
      signed: matrix,
      text: "1,2.5\n3,4\n",
      message: "the header: expected a header line with names",
    },
    { name: "too many columns", signed: matrix, text: "a,b,c\n1,2,3\n", message: "got a table of 3 columns" },
    { name: "a missing column", signed: named, text: "x\n1\n", message: 'missing tensor "t"' },
    {
      name: "a fraction for an integer",
      signed: named,
      text: "x,t\n1.5,a\n",
      message: 'column "x", row 0: expected int64',
    },
    { name: "a missing text", signed: named, text: "x,t\n1,\n", message: 'column "t", row 0' },
  ])("refuses $name", ({ signed, text, message }) => {
    expect(() => decodeTensors(signed, text)).toThrow(message);
  });

  it("takes positions for names", () => {
    expect(decodeTensors(matrix, "0,1\n1,2\n")[""]?.data).toEqual(Float32Array.of(1, 2));
  });
});

describe("bodies made to be slow", () => {
  const wide = signature({ type: "string", name: "a" });

  it.each([
    { name: "many quoted cells", text: `a\n${'"x"\r\n'.repeat(200_000)}`, rows: 200_000 },
    { name: "many quotes in a cell", text: `a\n"${'""'.repeat(200_000)}"\n`, rows: 1 },
    { name: "many quotes that open nothing", text: `a\r\n${'x"y'.repeat(200_000)}\r\n`, rows: 1 },
    { name: "a long cell", text: `a\n${"1".repeat(10_000_000)}x\n`, rows: 1 },
    { name: "a long cell of blanks", text: `a\n"${" ".repeat(10_000_000)}"\n`, rows: 1 },
    { name: "many columns", text: `a${",".repeat(1_000_000)}\n${",".repeat(1_000_000)}\n`, rows: 1 },
    { name: "many columns of a name", text: `a${",b".repeat(500_000)}\n1${",2".repeat(500_000)}\n`, rows: 1 },
    { name: "many blank lines", text: `a\n${"\n".repeat(2_000_000)}1\n`, rows: 1 },
  ])(
    "are read: $name",
    ({ text, rows }) => {
      expect(decode(wide, text).rows).toBe(rows);
      expect(decode(NO_SIGNATURE, text).rows).toBe(rows);
    },
    60_000,
  );

  it("is refused: digits for ten million characters", () => {
    expect(() => decode(NO_SIGNATURE, `a\n${"1".repeat(10_000_000)}\n`)).toThrow("column 0, row 0");
  });

  it("is refused: digits for ten million characters, and a letter", () => {
    for (const type of ["long", "double", "boolean"]) {
      expect(() => decode(signature({ type, name: "a" }), `a\n${"1".repeat(10_000_000)}x\n`)).toThrow(
        'column "a", row 0',
      );
    }
  });
});
