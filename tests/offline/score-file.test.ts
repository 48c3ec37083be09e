import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTables, TABLE_FORMATS } from "../../benchmarks/offline/make-tables.mjs";
import type { Batch } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import type { Predictor } from "../../src/flavors/flavor.js";
import type { Model } from "../../src/format/model.js";
import { openModel } from "../../src/format/open-model.js";
import { type ScoreFileOptions, scoreFile } from "../../src/offline/score-file.js";
import { loadModel } from "../../src/serve/load.js";
import { fixture } from "../cli/models.js";
import { mutations } from "../support/mutations.js";
import { ELEMENT, identityModel } from "../support/onnx-builder.js";
import { failureOf, openFolder } from "../support/onnx-folder.js";
import { modelOf, ONNX, readScored, score } from "../support/scored-files.js";
import { sumPredictor } from "../support/sum-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const at = (name: string): string => join(folder.path, name);
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};

const COLUMNS = [
  { type: "double", name: "a" },
  { type: "long", name: "b" },
];
const sum = (before?: (batch: Batch) => Promise<void>): Pick<ScoreFileOptions, "model" | "flavors"> =>
  modelOf(sumPredictor(before), COLUMNS);

describe("the same table in every format", () => {
  const ROWS = 300;
  let model: Model;
  beforeAll(async () => {
    model = await openModel(fixture("trees100"));
  });
  afterAll(() => model[Symbol.asyncDispose]());

  it.each(TABLE_FORMATS)("from %s is scored as one request is, into every format", async (format) => {
    makeTables(folder.path, ROWS);
    await using served = await loadModel(model, { flavors: ONNX, float32: "widened" });
    const body = readFileSync(at("table.csv"));
    const reply = await served.executor.execute({ bytes: body, media: "text/csv" }, new AbortController().signal);
    if (reply.kind !== "whole") throw new Error("a whole answer");
    const { predictions } = JSON.parse(Buffer.from(reply.bytes).toString());
    expect(predictions).toHaveLength(ROWS);
    const expected = predictions.map((record: object, id: number) => ({ id, ...record }));

    for (const ending of ["jsonl", "parquet", "arrow", "arrows"]) {
      const output = at(`scored.${ending}`);
      const options = {
        model,
        flavors: ONNX,
        input: at(`table.${format}`),
        output,
        keepColumns: ["id"],
        // As the server runs it: sums of floats depend on the number of threads.
        threads: 1,
        float32: "widened" as const,
      };
      expect(await score(options)).toEqual({ rows: ROWS, badRows: 0, written: ROWS, bad: [] });
      // Kept from CSV, a cell is text.
      const records = (await readScored(output)) as { id: unknown }[];
      expect(records.map((record) => ({ ...record, id: Number(record.id) }))).toEqual(expected);
    }
  });

  it("comes out of text that is compressed, and out of a pipe", async () => {
    makeTables(folder.path, ROWS);
    const plain = await scored({ model, flavors: ONNX, input: at("table.csv") });
    const gzipped = put("table.csv.gz", gzipSync(readFileSync(at("table.csv"))));
    expect(await scored({ model, flavors: ONNX, input: gzipped })).toBe(plain);
    for (const format of ["csv", "jsonl", "arrow"] as const) {
      const input = Readable.from([readFileSync(at(`table.${format === "arrow" ? "arrows" : format}`))]);
      expect(await scored({ model, flavors: ONNX, input, inputFormat: format })).toBe(plain);
    }
  });

  it("is refused from a pipe where the table of contents is at the end", async () => {
    const input = Readable.from([Buffer.from("PAR1")]);
    const error = await failureOf(
      scoreFile({ model, flavors: ONNX, input, inputFormat: "parquet", output: at("o.csv") }),
    );
    expect(error).toMatchObject({ kind: "usage" });
  });
});

async function scored(options: Omit<ScoreFileOptions, "output">): Promise<string> {
  await scoreFile({ ...options, output: at("out.csv") });
  return readFileSync(at("out.csv"), "utf8");
}

describe("bad rows", () => {
  const CSV = 'a,b,"i\nd"\n1,1,x\n2,two,y\n"3\n",3,z\n\n4\n5,5,"v\n"\n6,6.5,w\n7,7,u\n';
  const JSONL = '{"a":1,"b":1}\n{"a":2,"b":"two"}\n\n{"a":3,"b":3}\n{"a":\n[1]\n{"a":7,"b":7}';
  const MESSAGES = {
    csv: [
      'column "b", row 1 (line 4): expected long, got a string that is not one',
      "row 3 (line 8): expected 3 cells as in the header, got 1",
      'column "b", row 5 (line 11): expected long, got a string that is not one',
    ],
    jsonl: [
      'column "b", row 1 (line 2): expected long, got a string that is not one',
      expect.stringMatching(/^row 3 \(line 5\): |.*row 3 \(line 5\)/),
      expect.stringMatching(/row 4 \(line 6\)/),
    ],
  };

  it.each([
    { mode: "skip", batchRows: 10_000, total: "total\n2.0\n6.0\n10.0\n14.0\n" },
    { mode: "skip", batchRows: 2, total: "total\n2.0\n6.0\n10.0\n14.0\n" },
    { mode: "null", batchRows: 10_000, total: 'total\n2.0\n""\n6.0\n""\n10.0\n""\n14.0\n' },
    { mode: "null", batchRows: 1, total: 'total\n2.0\n""\n6.0\n""\n10.0\n""\n14.0\n' },
  ] as const)("of CSV are named, with $mode and batches of $batchRows", async ({ mode, batchRows, total }) => {
    const input = put("in.csv", CSV);
    const result = await score({ ...sum(), input, output: at("out.csv"), onError: mode, batchRows });
    expect(result).toEqual({ rows: 7, badRows: 3, written: mode === "skip" ? 4 : 7, bad: MESSAGES.csv });
    expect(readFileSync(at("out.csv"), "utf8")).toBe(total);
  });

  it("of JSON lines are named", async () => {
    const result = await score({ ...sum(), input: put("in.jsonl", JSONL), output: at("o.jsonl"), onError: "null" });
    expect(result).toMatchObject({ rows: 6, badRows: 3, bad: MESSAGES.jsonl });
    expect(await readScored(at("o.jsonl"))).toEqual([2, null, 6, null, null, 14].map((total) => ({ total })));
  });

  const B = [1n, null, 3n, null, null, 6n];
  const A = Float64Array.of(1, 2, 3, 4, 5, 6);
  it.each([
    {
      format: "parquet",
      bytes: () =>
        new Uint8Array(
          parquetWriteBuffer({
            columnData: [
              { name: "a", data: A },
              { name: "b", data: B, type: "INT64" },
            ],
            rowGroupSize: 4,
          }),
        ),
    },
    {
      format: "arrows",
      bytes: () => tableToIPC(new Table({ a: makeVector(A), b: vectorFromArray(B) }), "stream"),
    },
    { format: "arrow", bytes: () => tableToIPC(new Table({ a: makeVector(A), b: vectorFromArray(B) }), "file") },
  ])("of $format are those that miss a value, and no others", async ({ format, bytes }) => {
    const input = put(`in.${format}`, bytes());
    for (const batchRows of [1, 3, 100]) {
      const output = at(`out.${format}`);
      const result = await score({ ...sum(), input, output, onError: "null", keepColumns: ["a"], batchRows });
      expect(result).toMatchObject({
        rows: 6,
        badRows: 3,
        bad: [1, 3, 4].map((row) => expect.stringMatching(new RegExp(`^column "b", row ${row}: expected long`))),
      });
      const totals = [2, null, 6, null, null, 12];
      expect(await readScored(output)).toEqual(totals.map((total, i) => ({ a: i + 1, total })));
    }
  });

  it("end the work, and leave no file, unless they are let pass", async () => {
    put("out.csv", "before");
    const input = put("in.csv", CSV);
    const error = await failureOf(scoreFile({ ...sum(), input, output: at("out.csv") }));
    expect({ kind: error.kind, message: error.message }).toEqual({ kind: "cast_failed", message: MESSAGES.csv[0] });
    expect(readdirSync(folder.path).sort()).toEqual(["in.csv", "out.csv"]);
    expect(readFileSync(at("out.csv"), "utf8")).toBe("before");
  });

  it("are scored by the model once, all others too", async () => {
    const seen: number[] = [];
    const model = sum(async (batch) => {
      const data = batch.kind === "columns" ? (batch.columns.get("b")?.data ?? []) : [];
      const values = Array.from(data as BigInt64Array, Number);
      if (values.includes(77)) throw new MlserveError("model_rejected_input", "no");
      seen.push(...values);
    });
    const rows = Array.from({ length: 100 }, (_, i) => `0,${i}`);
    const input = put("in.csv", `a,b\n${rows.join("\n")}`);
    const result = await score({ ...model, input, output: at("o.csv"), onError: "skip" });
    expect(result).toMatchObject({ rows: 100, written: 99, bad: ["row 77 (line 79): no"] });
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => i !== 77));
  });

  it("are not what is wrong where there are no good ones", async () => {
    const input = put("in.csv", `a,b\n${"1,x\n".repeat(5000)}`);
    const error = await failureOf(scoreFile({ ...sum(), input, output: at("o.csv"), onError: "skip", batchRows: 1 }));
    expect(error.message).toMatch(/^column "b", row 0 \(line 2\): .*None of the first 1000 rows can be scored$/);
  });
});

describe("files without rows", () => {
  it.each([
    { name: "in.csv", content: "a,b\n", output: "" },
    { name: "in.jsonl", content: "", output: "" },
    { name: "in.jsonl", content: "\n \n", output: "" },
  ])("give one without rows: $name", async ({ name, content, output }) => {
    expect(await score({ ...sum(), input: put(name, content), output: at("o.csv") })).toMatchObject({ rows: 0 });
    expect(readFileSync(at("o.csv"), "utf8")).toBe(output);
    for (const ending of ["parquet", "arrow", "arrows"]) {
      await score({ ...sum(), input: at(name), output: at(`o.${ending}`) });
      expect(await readScored(at(`o.${ending}`))).toEqual([]);
    }
  });

  it.each([
    { name: "in.csv", content: "" },
    { name: "in.parquet", content: "" },
    { name: "in.arrow", content: "" },
    { name: "in.arrow", content: "ARROW1\0\0" },
    { name: "in.csv", content: 'a,b\n1,"2\n' },
    { name: "in.csv.gz", content: "a,b\n1,2\n" },
  ])("or with half of one are refused: $name $content", async ({ name, content }) => {
    const error = await failureOf(scoreFile({ ...sum(), input: put(name, content), output: at("o.csv") }));
    expect(error.kind).toBe("invalid_body");
    expect(readdirSync(folder.path)).toEqual([name]);
  });
});

describe("damaged files", () => {
  it.each(TABLE_FORMATS)("of %s are refused, or have bad rows, and nothing else", async (format) => {
    makeTables(folder.path, 40);
    const model = modelOf(
      sumPredictor(),
      Array.from({ length: 8 }, (_, i) => ({ type: "float", name: `f${i}` })),
    );
    const options = {
      ...model,
      input: at(`in.${format}`),
      output: at("o.csv"),
      onError: "skip",
      batchRows: 7,
    } as const;
    const outcomes = new Set<string>();
    for (const bytes of mutations(readFileSync(at(`table.${format}`)), 300)) {
      put(`in.${format}`, bytes);
      try {
        const { written, badRows, rows } = await scoreFile(options);
        expect(written + badRows).toBe(rows);
        outcomes.add("scored");
      } catch (error) {
        expect(error).toBeInstanceOf(MlserveError);
        outcomes.add("refused");
      }
    }
    // A line of JSON that is damaged is a bad row, and the next one is whole again.
    expect([...outcomes].sort()).toEqual(format === "jsonl" ? ["scored"] : ["refused", "scored"]);
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("what is wrong with the whole file", () => {
  it.each([
    { name: "in.csv", content: "a,c\n1,2\n", keep: [], message: /^missing column "b"/ },
    { name: "in.csv", content: "a,b\n1,2\n", keep: ["id"], message: /no column "id" to keep/ },
    { name: "in.csv", content: "a,b,total\n1,2,3\n", keep: ["total"], message: /has an output "total" too/ },
    { name: "in.txt", content: "", keep: [], message: /the ending of its name/ },
  ])("is told without a row, though bad rows are skipped: $message", async ({ name, content, keep, message }) => {
    const input = put(name, content);
    const options = { ...sum(), input, output: at("o.csv"), onError: "skip", keepColumns: keep } as const;
    expect((await failureOf(scoreFile(options))).message).toMatch(message);
    expect(readdirSync(folder.path)).toEqual([name]);
  });

  it.each(["parquet", "arrow"])("is a column of another type in %s", async (format) => {
    const data = ["x", "y"];
    const bytes =
      format === "arrow"
        ? tableToIPC(new Table({ a: makeVector(Float64Array.of(1, 2)), b: vectorFromArray(data) }), "file")
        : new Uint8Array(
            parquetWriteBuffer({
              columnData: [
                { name: "a", data: [1.5, 2.5] },
                { name: "b", data },
              ],
            }),
          );
    const input = put(`in.${format}`, bytes);
    const error = await failureOf(scoreFile({ ...sum(), input, output: at("o.csv"), onError: "skip" }));
    expect(error).toMatchObject({ kind: "schema_mismatch", where: 'column "b"' });
  });
});

describe("a model", () => {
  it.each([1, 4])("of %i rows a run is given as many, and the last are filled up", async (rows) => {
    put("model.onnx", identityModel(ELEMENT.float32, [rows, 2]));
    const { files } = await openFolder(folder.path);
    const given = modelOf(sumPredictor(), [{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [rows, 2] } }]);
    const model: Model = {
      ...given.model,
      files,
      descriptor: { ...given.model.descriptor, flavors: new Map([["onnx", { data: "model.onnx" }]]) },
    };
    const input = put("in.csv", `a,b\n${Array.from({ length: 10 }, (_, i) => `${i},0.5`).join("\n")}\n`);
    await score({ model, flavors: ONNX, input, output: at("o.jsonl") });
    expect((await readScored(at("o.jsonl"))).map((record) => Object.values(record as object)[0])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i, 0.5]),
    );
  });

  it("that refuses more than a few rows is given fewer, and no more later", async () => {
    const asked: number[] = [];
    const model = sum(async (batch) => {
      const rows = batch.kind === "columns" ? batch.rows : 0;
      asked.push(rows);
      if (rows > 3) throw new MlserveError("model_rejected_input", "too many rows");
    });
    const input = put("in.csv", `a,b\n${"1,2\n".repeat(16)}`);
    expect(await score({ ...model, input, output: at("o.csv"), batchRows: 8 })).toMatchObject({ rows: 16, badRows: 0 });
    expect(asked).toEqual([8, 4, 2, 2, 4, 2, 2, 2, 2, 2, 2]);
  });

  const records: Predictor = {
    ...sumPredictor(),
    predict: async (batch) => ({
      kind: "value",
      value: Array.from({ length: batch.kind === "columns" ? batch.rows : 0 }, (_, i) => ({
        text: `a "${i}", b`,
        list: [i, null],
        big: 2n ** 60n,
        none: null,
      })),
    }),
  };
  it.each(["jsonl", "parquet", "arrow"])("that returns records has them as columns of %s", async (ending) => {
    const input = put("in.csv", "a,b\n1,2\n3,4\n");
    const output = at(`o.${ending}`);
    await score({ ...modelOf(records, COLUMNS), input, output });
    // Parquet has no lists of nothing in particular: they are JSON.
    const list = (i: number): unknown => (ending === "parquet" ? `[${i},null]` : [i, null]);
    const big = ending === "jsonl" ? Number(2n ** 60n) : 2n ** 60n;
    expect(await readScored(output)).toEqual(
      [0, 1].map((i) => ({ text: `a "${i}", b`, list: list(i), big, none: null })),
    );
  });

  it("that returns records has them as cells of CSV", async () => {
    const input = put("in.csv", "a,b\n1,2\n");
    expect(await scored({ ...modelOf(records, COLUMNS), input })).toBe(
      'text,list,big,none\n"a ""0"", b","[0,null]",1152921504606846976,\n',
    );
  });

  it("without a signature is given the types of the first rows throughout", async () => {
    const dtypes: string[][] = [];
    const seen = modelOf(
      sumPredictor(async (batch) => {
        if (batch.kind === "columns") dtypes.push(Array.from(batch.columns.values(), ({ dtype }) => dtype));
      }),
      undefined,
    );
    const input = put("in.csv", "a,b\n1.5,1\n2,2\n3,3\n4,0.5\n5,\n6,6\n");
    const result = await score({ ...seen, input, output: at("o.csv"), batchRows: 2, onError: "skip" });
    expect(result.bad).toEqual([
      expect.stringMatching(/^column "b", row 3 \(line 5\): expected long/),
      expect.stringMatching(/^column "b", row 4 \(line 6\): expected long/),
    ]);
    expect(new Set(dtypes.map(String))).toEqual(new Set(["float64,int64"]));
  });
});
