import { readdirSync, readFileSync } from "node:fs";
import { makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import type { Model } from "../../src/format/model.js";
import { scoreFile } from "../../src/offline/score-file.js";
import { ELEMENT, identityModel } from "../support/onnx-builder.js";
import { failureOf, ONNX, openFolder } from "../support/onnx-folder.js";
import { modelOf, readScored, score, sumOfColumns } from "../support/scored-files.js";
import { sumPredictor } from "../support/sum-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at, put } = folder;

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
    const result = await score({ ...sumOfColumns(), input, output: at("out.csv"), onError: mode, batchRows });
    expect(result).toEqual({ rows: 7, badRows: 3, written: mode === "skip" ? 4 : 7, bad: MESSAGES.csv });
    expect(readFileSync(at("out.csv"), "utf8")).toBe(total);
  });

  it("of JSON lines are named", async () => {
    const result = await score({
      ...sumOfColumns(),
      input: put("in.jsonl", JSONL),
      output: at("o.jsonl"),
      onError: "null",
    });
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
      const result = await score({ ...sumOfColumns(), input, output, onError: "null", keepColumns: ["a"], batchRows });
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
    const error = await failureOf(scoreFile({ ...sumOfColumns(), input, output: at("out.csv") }));
    expect({ kind: error.kind, message: error.message }).toEqual({ kind: "cast_failed", message: MESSAGES.csv[0] });
    expect(readdirSync(folder.path).sort()).toEqual(["in.csv", "out.csv"]);
    expect(readFileSync(at("out.csv"), "utf8")).toBe("before");
  });

  it("are scored by the model once, all others too", async () => {
    const seen: number[] = [];
    const model = sumOfColumns(async (batch) => {
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
    const error = await failureOf(
      scoreFile({ ...sumOfColumns(), input, output: at("o.csv"), onError: "skip", batchRows: 1 }),
    );
    expect(error.message).toMatch(/^column "b", row 0 \(line 2\): .*None of the first 1000 rows can be scored$/);
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
    const model = sumOfColumns(async (batch) => {
      const rows = batch.kind === "columns" ? batch.rows : 0;
      asked.push(rows);
      if (rows > 3) throw new MlserveError("model_rejected_input", "too many rows");
    });
    const input = put("in.csv", `a,b\n${"1,2\n".repeat(16)}`);
    expect(await score({ ...model, input, output: at("o.csv"), batchRows: 8 })).toMatchObject({ rows: 16, badRows: 0 });
    expect(asked).toEqual([8, 4, 2, 2, 4, 2, 2, 2, 2, 2, 2]);
  });
});
