import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../e2e/built-cli.js";
import { ask, askBoth, type TypedBody, withMlserve } from "./ask.js";
import { findDisagreement } from "./compare.js";
import { interopFile, runPython, type ScoringServer, serveWithMlflow } from "./python.js";
import { csvBody, parquetBody } from "./table-bodies.js";

interface Requests {
  /** Bodies that both answer with predictions. */
  readonly good: readonly unknown[];
  /** Bodies that both refuse. */
  readonly bad: readonly unknown[];
}

const IRIS = [
  [5.1, 3.5, 1.4, 0.2],
  [6.3, 2.9, 5.6, 1.8],
  [5.9, 3, 4.2, 1.5],
];
const IRIS_COLUMNS = ["sl", "sw", "pl", "pw"];
const PATIENTS = [
  [0.038, 0.05, 0.0617, 0.0218],
  [-0.0019, -0.0446, -0.0515, -0.0263],
  [0.0853, 0.0507, 0.0445, -0.0057],
];
const PATIENT_COLUMNS = ["age", "sex", "bmi", "bp"];
const HOUSES = { area: [[61.5], [100]], rooms: [[3], [4]], city: [["Oslo"], ["Tromsø"]] };

const toRecords = (columns: readonly string[], rows: readonly (readonly number[])[]) =>
  rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));

const matrixRequests = (rows: readonly (readonly number[])[]): Requests => ({
  good: [{ inputs: rows }, { instances: rows }, { inputs: rows.slice(0, 1) }],
  bad: [
    { inputs: rows.map((row) => row.slice(1)) },
    { inputs: [["a", "b", "c", "d"]] },
    { inputs: rows, instances: rows },
  ],
});

const columnRequests = (columns: readonly string[], rows: readonly (readonly number[])[]): Requests => ({
  good: [
    { dataframe_split: { columns, data: rows } },
    { dataframe_split: { columns: columns.toReversed(), data: rows.map((row) => row.toReversed()), index: [7, 8, 9] } },
    { dataframe_records: toRecords(columns, rows) },
    { inputs: Object.fromEntries(columns.map((name, i) => [name, rows.map((row) => row[i])])) },
    { instances: toRecords(columns, rows) },
    { dataframe_split: { columns: [...columns, "more"], data: rows.map((row) => [...row, 1]) } },
  ],
  bad: [
    { dataframe_split: { columns: columns.slice(1), data: rows.map((row) => row.slice(1)) } },
    { dataframe_records: [{ ...toRecords(columns, rows)[0], [columns[0] ?? ""]: "many" }] },
    { dataframe_split: { columns } },
    { rows },
  ],
});

const MODELS: Readonly<Record<string, Requests>> = {
  houses: {
    good: [{ inputs: HOUSES }, { instances: [{ area: [61.5], rooms: [3], city: ["Oslo"] }] }],
    bad: [{ inputs: { area: HOUSES.area } }, { inputs: { ...HOUSES, area: ["large"] } }],
  },
  iris_matrix: matrixRequests(IRIS),
  iris_words: matrixRequests(IRIS),
  iris_zipmap: columnRequests(IRIS_COLUMNS, IRIS),
  xgboost: columnRequests(PATIENT_COLUMNS, PATIENTS),
  xgboost_unsigned: {
    good: [{ dataframe_split: { columns: PATIENT_COLUMNS, data: PATIENTS } }],
    bad: [{ rows: PATIENTS }],
  },
  lightgbm: columnRequests(PATIENT_COLUMNS, PATIENTS),
  lightgbm_matrix: matrixRequests(PATIENTS),
};

interface Tables {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly type: "FLOAT" | "DOUBLE";
}

/** Models with a signature of columns, and the type of those columns. */
const TABLES: Readonly<Record<string, Tables>> = {
  iris_zipmap: { columns: IRIS_COLUMNS, rows: IRIS, type: "FLOAT" },
  xgboost: { columns: PATIENT_COLUMNS, rows: PATIENTS, type: "FLOAT" },
  lightgbm: { columns: PATIENT_COLUMNS, rows: PATIENTS, type: "DOUBLE" },
};

const reversed = (rows: Tables["rows"]) => rows.map((row) => row.toReversed());
const withoutFirst = (rows: Tables["rows"]) => rows.map((row) => row.slice(1));

function goodTables({ columns, rows, type }: Tables): TypedBody[] {
  return [
    csvBody("plain", columns, rows),
    csvBody("turned round", columns.toReversed(), reversed(rows)),
    csvBody(
      "with one more column",
      [...columns, "more"],
      rows.map((row) => [...row, "x"]),
    ),
    csvBody("with a missing cell", columns, [...rows, ["", ...(rows[0] ?? []).slice(1)]]),
    csvBody("in words of floats", columns, [["1e-1", "0.5", " 2", "+3"]]),
    parquetBody("plain", columns, rows, type),
    parquetBody("turned round", columns.toReversed(), reversed(rows), type),
    parquetBody("in 32 bits", columns, rows, "FLOAT"),
  ];
}

function badTables({ columns, rows, type }: Tables): TypedBody[] {
  return [
    csvBody("without a column", columns.slice(1), withoutFirst(rows)),
    csvBody("with a word", columns, [["many", ...(rows[0] ?? []).slice(1)]]),
    csvBody("empty", [], []),
    parquetBody("without a column", columns.slice(1), withoutFirst(rows), type),
    parquetBody("of text", columns, rows, "STRING"),
    { ...parquetBody("broken", columns, rows, type), content: new Uint8Array(20) },
  ];
}

let workplace: Workplace;
let mlflow: ScoringServer;
const folderOf = (model: string): string => join(workplace.cwd, model);

beforeAll(async () => {
  workplace = openWorkplace();
  await runPython([interopFile("make_models.py"), workplace.cwd]);
  mlflow = await serveWithMlflow(new Map(Object.keys(MODELS).map((model) => [model, folderOf(model)])));
});
afterAll(async () => {
  await mlflow?.[Symbol.asyncDispose]();
  workplace[Symbol.dispose]();
});

describe("a model that Python's MLflow has just saved is answered for as by MLflow's own server", () => {
  it.each(Object.entries(MODELS))("%s", async (model, { good, bad }) => {
    const bodies = [...good, ...bad].map((body) => JSON.stringify(body));
    const answers = await askBoth(workplace, folderOf(model), mlflow.urlOf(model), bodies);
    const differences = answers.map((answer) => findDisagreement(answer.body, answer.mlflow, answer.mlserve));
    expect(differences.filter((difference) => difference !== undefined)).toEqual([]);
    expect(answers.map((answer) => answer.mlserve.status)).toEqual([...good.map(() => 200), ...bad.map(() => 400)]);
  });

  it.each(Object.entries(TABLES))("%s, asked in CSV and Parquet", async (model, tables) => {
    const [good, bad] = [goodTables(tables), badTables(tables)];
    const answers = await askBoth(workplace, folderOf(model), mlflow.urlOf(model), [...good, ...bad]);
    const differences = answers.map((answer) => findDisagreement(answer.body, answer.mlflow, answer.mlserve));
    expect(differences.filter((difference) => difference !== undefined)).toEqual([]);
    expect(answers.map(({ body, mlserve: { status } }) => ({ body, status }))).toEqual([
      ...good.map(({ name }) => ({ body: name, status: 200 })),
      ...bad.map(({ name }) => ({ body: name, status: 400 })),
    ]);
  });

  it("answers for columns of text and numbers as for the same values in tensors, which MLflow cannot", async () => {
    const { area, rooms, city } = HOUSES;
    const data = area.map((cell, i) => [cell[0], rooms[i]?.[0], city[i]?.[0]]);
    const body = JSON.stringify({ dataframe_split: { columns: ["area", "rooms", "city"], data } });
    const columns = await withMlserve(workplace, folderOf("houses_columns"), (url) => ask(url, body));
    const tensors = await ask(mlflow.urlOf("houses"), JSON.stringify({ inputs: HOUSES }));
    const { variable } = JSON.parse(tensors.text).predictions;
    const { predictions } = JSON.parse(columns.text);
    expect(predictions).toHaveLength(2);
    expect(predictions.map((row: { variable: number }) => row.variable)).toEqual(
      variable.map(([value]: [number]) => expect.closeTo(value, 2)),
    );
  });
});
