import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../cli/logger.js";
import { createRequestLog } from "../../cli/request-log.js";
import { logRequest, type RequestRecord } from "../../src/serve/access-log.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const phases = { decode: 0.00149, queue: 0, predict: 12.3456789, encode: 1234.5 };
const predicted: RequestRecord = {
  requestId: "a-1/b=c+d.e:f_g",
  method: "POST",
  route: "/invocations",
  status: 200,
  ms: 1246.84719,
  scored: { rows: 3, phases, bytesIn: 145, bytesOut: 44 },
};

/** What is logged of a record from `level` upwards, by us and by the logger alone. */
function linesOf(record: RequestRecord, level: string): { ours: string[]; loggers: string[] } {
  const ours: string[] = [];
  const loggers: string[] = [];
  const lines = { write: (line: string) => void ours.push(line) };
  createRequestLog(createLogger(lines, level), lines)(record);
  logRequest(createLogger({ write: (line) => void loggers.push(line) }, level), record);
  return { ours, loggers };
}

describe("the line of a request", () => {
  it.each([
    { name: "a prediction", record: predicted, level: "info", count: 1 },
    { name: "a prediction of no rows", record: { ...predicted, scored: { ...predicted.scored, rows: 0 } }, count: 1 },
    { name: "one without rows", record: { ...predicted, scored: { ...predicted.scored, rows: undefined } }, count: 1 },
    {
      name: "a stream",
      record: { ...predicted, scored: { rows: undefined, phases: undefined, bytesIn: 2, bytesOut: undefined } },
      count: 1,
    },
    { name: "a failure", record: { ...predicted, status: 400, scored: undefined }, count: 1 },
    { name: "a prediction where only warnings are logged", record: predicted, level: "warn", count: 0 },
    { name: "a probe", record: { ...predicted, route: "/ping", scored: undefined }, count: 0 },
    {
      name: "a probe where all is logged",
      record: { ...predicted, route: "/ping", scored: undefined },
      level: "debug",
      count: 1,
    },
  ] as const)("says of $name what the logger would", ({ record, level = "info", count }) => {
    const { ours, loggers } = linesOf(record as RequestRecord, level);
    expect(ours).toEqual(loggers);
    expect(ours).toHaveLength(count);
    for (const line of ours) expect(JSON.parse(line)).toMatchObject({ msg: "request", requestId: predicted.requestId });
  });

  it("has the time of its own millisecond", () => {
    const times: unknown[] = [];
    const lines = { write: (line: string) => void times.push(JSON.parse(line).time) };
    const log = createRequestLog(createLogger(lines, "info"), lines);
    vi.setSystemTime("2026-01-02T03:04:05.678Z");
    log(predicted);
    log(predicted);
    vi.setSystemTime("2026-01-02T03:04:05.679Z");
    log(predicted);
    expect(times).toEqual(["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.679Z"]);
  });
});
