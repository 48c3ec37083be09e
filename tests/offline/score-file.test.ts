import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTables, TABLE_FORMATS } from "../../benchmarks/offline/make-tables.mjs";
import { MlserveError } from "../../src/core/errors.js";
import type { Predictor } from "../../src/flavors/flavor.js";
import type { Model } from "../../src/format/model.js";
import { openModel } from "../../src/format/open-model.js";
import { type ScoreFileOptions, scoreFile } from "../../src/offline/score-file.js";
import { loadModel } from "../../src/serve/load.js";
import { fixture } from "../cli/models.js";
import { mutations } from "../support/mutations.js";
import { failureOf, ONNX } from "../support/onnx-folder.js";
import { COLUMNS, modelOf, readScored, score, sumOfColumns } from "../support/scored-files.js";
import { sumPredictor } from "../support/sum-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at, put } = folder;

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

  it.each(["csv", "jsonl", "arrows"])("goes into %s that is compressed, and out of it", async (ending) => {
    makeTables(folder.path, ROWS);
    const plain = { model, flavors: ONNX, input: at("table.csv"), keepColumns: ["id"], batchRows: 100 };
    await score({ ...plain, output: at(`plain.${ending}`) });
    await score({ ...plain, output: at(`packed.${ending}.gz`) });
    expect(gunzipSync(readFileSync(at(`packed.${ending}.gz`)))).toEqual(readFileSync(at(`plain.${ending}`)));
    const ids = modelOf(sumPredictor(), [{ type: "string", name: "id" }]);
    const again = await score({ ...ids, input: at(`packed.${ending}.gz`), output: at("again.csv") });
    expect(again).toMatchObject({ rows: ROWS, badRows: 0 });
  });

  it("is a compressed file of nothing where there are no rows", async () => {
    await score({ ...sumOfColumns(), input: put("in.jsonl", ""), output: at("o.jsonl.gz") });
    expect(gunzipSync(readFileSync(at("o.jsonl.gz")))).toHaveLength(0);
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

describe("files without rows", () => {
  it.each([
    { name: "in.csv", content: "a,b\n", output: "" },
    { name: "in.jsonl", content: "", output: "" },
    { name: "in.jsonl", content: "\n \n", output: "" },
  ])("give one without rows: $name", async ({ name, content, output }) => {
    expect(await score({ ...sumOfColumns(), input: put(name, content), output: at("o.csv") })).toMatchObject({
      rows: 0,
    });
    expect(readFileSync(at("o.csv"), "utf8")).toBe(output);
    for (const ending of ["parquet", "arrow", "arrows"]) {
      await score({ ...sumOfColumns(), input: at(name), output: at(`o.${ending}`) });
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
    const error = await failureOf(scoreFile({ ...sumOfColumns(), input: put(name, content), output: at("o.csv") }));
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
    { input: "in.csv", output: "in.csv", message: "the output: is the input itself. Name another file" },
    { input: "in.csv", output: "link.csv", message: "the output: is the input itself. Name another file" },
    { input: "in.csv", output: "o.parquet.gz", message: /cannot be found in a gzip file. Leave .gz out of its name$/ },
    { input: "in.csv", output: "o.arrow.gz", message: /cannot be found in a gzip file.* or write an Arrow stream/ },
  ])("is an output that could not be read again: $output", async ({ input, output, message }) => {
    put(input, "a,b\n1,2\n");
    symlinkSync(at(input), at("link.csv"));
    const error = await failureOf(scoreFile({ ...sumOfColumns(), input: at(input), output: at(output) }));
    expect({ kind: error.kind, message: error.message }).toEqual({
      kind: "usage",
      message: expect.stringMatching(message),
    });
    expect(readFileSync(at(input), "utf8")).toBe("a,b\n1,2\n");
    expect(readdirSync(folder.path).sort()).toEqual([input, "link.csv"]);
  });

  it.each([
    { name: "in.csv", content: "a,c\n1,2\n", keep: [], message: /^missing column "b"/ },
    { name: "in.csv", content: "a,b\n1,2\n", keep: ["id"], message: /no column "id" to keep/ },
    { name: "in.csv", content: "a,b,total\n1,2,3\n", keep: ["total"], message: /has an output "total" too/ },
    { name: "in.txt", content: "", keep: [], message: /the ending of its name/ },
  ])("is told without a row, though bad rows are skipped: $message", async ({ name, content, keep, message }) => {
    const input = put(name, content);
    const options = { ...sumOfColumns(), input, output: at("o.csv"), onError: "skip", keepColumns: keep } as const;
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
    const error = await failureOf(scoreFile({ ...sumOfColumns(), input, output: at("o.csv"), onError: "skip" }));
    expect(error).toMatchObject({ kind: "schema_mismatch", where: 'column "b"' });
  });
});

describe("a model", () => {
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
