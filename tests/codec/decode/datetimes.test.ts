import { describe, expect, it } from "vitest";
import { COERCIONS } from "../../../src/codec/decode/coercion.js";
import { compileReferenceDecoder } from "../../../src/codec/decode/reference.js";
import { formatDatetime } from "../../../src/core/datetime-text.js";
import { signatureOf } from "../../support/decode-body.js";

const signature = signatureOf([{ type: "datetime", name: "d" }]);

/** The moments that a column of a table holds, as text. */
function moments(...cells: readonly unknown[]): string[] {
  const body = JSON.stringify({ dataframe_records: cells.map((d) => ({ d })) });
  const [safe, mlflow] = [COERCIONS.safe, COERCIONS.mlflow].map((coercion) => {
    const { batch } = compileReferenceDecoder(signature, { unsigned: "arrays", coercion })(Buffer.from(body));
    if (batch.kind !== "columns") throw new Error("the signature has columns");
    return Array.from(batch.columns.get("d")?.data as BigInt64Array, formatDatetime);
  });
  expect(safe).toEqual(mlflow);
  return safe ?? [];
}

describe("dates in a table", () => {
  // What MLflow 3.17.2 with pandas 3.1.1 reads.
  it.each([
    { cells: ["2020-01-02", "2020-1-3"], read: ["2020-01-02T00:00:00", "2020-01-03T00:00:00"] },
    { cells: ["2020-1", "2020-02"], read: ["2020-01-01T00:00:00", "2020-02-01T00:00:00"] },
    { cells: ["2020", "2021"], read: ["2020-01-01T00:00:00", "2021-01-01T00:00:00"] },
    { cells: ["20200102"], read: ["2020-01-02T00:00:00"] },
    { cells: ["20200102T030405", "20200102T03:04:05"], read: ["2020-01-02T03:04:05", "2020-01-02T03:04:05"] },
    { cells: ["2020/1/2", "2020/01/03"], read: ["2020-01-02T00:00:00", "2020-01-03T00:00:00"] },
    { cells: ["2020/01"], read: ["2020-01-01T00:00:00"] },
    { cells: ["2020.01.02"], read: ["2020-01-02T00:00:00"] },
    { cells: ["2020/01/02 03:04:05"], read: ["2020-01-02T03:04:05"] },
    { cells: ["2020-1-2 3:4:5.5"], read: ["2020-01-02T03:04:05.500000"] },
    { cells: [null, "NaT", "nan", "NaN", "2020"], read: ["NaT", "NaT", "NaT", "NaT", "2020-01-01T00:00:00"] },
  ])("are read as $cells", ({ cells, read }) => {
    expect(moments(...cells)).toEqual(read);
  });

  it.each([
    { cells: ["2020-01-02", "2020/01/02"], reason: "in the form of the first" },
    { cells: ["20200102", "2020-01-02"], reason: "in the form of the first" },
    { cells: ["2020", "20200102"], reason: "in the form of the first" },
    { cells: ["2020", "2020-01"], reason: "in the form of the first" },
    { cells: ["2020/01-02"], reason: "not an ISO 8601" },
    { cells: ["202013"], reason: "not an ISO 8601" },
    { cells: ["20201302"], reason: "not an ISO 8601" },
    { cells: ["2020T03:04"], reason: "not an ISO 8601" },
    { cells: ["01/02/2020"], reason: "not an ISO 8601" },
    { cells: ["Jan 2 2020"], reason: "not an ISO 8601" },
    { cells: ["now"], reason: "not an ISO 8601" },
    { cells: ["None"], reason: "not an ISO 8601" },
    { cells: ["1600"], reason: "the year is not within 1678 to 2261" },
    { cells: ["2020-01-02T03:04:05Z"], reason: "has no zone" },
    { cells: ["2020/1/2 3:04+02:00"], reason: "has no zone" },
  ])("are refused as $cells", ({ cells, reason }) => {
    expect(() => moments(...cells)).toThrow(reason);
  });
});
