import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyFixture, fixture, IRIS_ANSWER, IRIS_REQUEST, rewrite } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

const GOLDEN = resolve(import.meta.dirname, "../fixtures/golden");

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "iris.tar"]);
});
afterAll(() => terminal[Symbol.dispose]());

/** Writes cases, one a line, and gives the name of the file. */
function cases(...lines: readonly unknown[]): string {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  writeFileSync(join(terminal.cwd, "cases.jsonl"), text);
  return "cases.jsonl";
}

const CASE = { body: JSON.parse(IRIS_REQUEST), expect: IRIS_ANSWER };

describe("mlserve test", () => {
  it("runs the self-test of a package, or the input example of a model without one", async () => {
    const told = { code: 0, stderr: "", left: [] };
    expect(await terminal.run(["test", "iris.tar"])).toEqual({ ...told, stdout: "  passed  self-test\n1 passed\n" });
    const saved = await terminal.run(["test", fixture("iris_zipmap")]);
    expect(saved).toEqual({ ...told, stdout: "  passed  input example\n1 passed\n" });
  });

  it("compares answers with those that are expected", async () => {
    const wrong = {
      id: "wrong",
      ...CASE,
      expect: { predictions: [{ ...IRIS_ANSWER.predictions[0], output_label: 1 }] },
    };
    const refused = { id: "refused", body: { inputs: "x" }, status: 400 };
    const { code, stdout, stderr } = await terminal.run(["test", "iris.tar", "-c", cases(CASE, wrong, refused)]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'mlserve: error: "iris.tar": 1 of 4 tests failed\n' });
    expect(stdout.split("\n")).toEqual([
      "  passed  self-test",
      "  passed  cases.jsonl:1",
      "  failed  wrong          $.predictions[0].output_label: expected 1, got 0",
      "  passed  refused",
      "3 passed, 1 failed",
      "",
    ]);
  });

  it("keeps every digit of a body and of an answer", async () => {
    const number = "9007199254740993";
    const file = cases(`{"body": {"inputs": {"x": [${number}]}}, "expect": {"predictions": [{"y": ${number}}]}}`);
    expect(await terminal.run(["test", fixture("onnx_int64"), "-c", file])).toMatchObject({ code: 0, stderr: "" });
  });

  it("replays requests recorded from MLflow's server, and skips what that got wrong", async () => {
    const file = join(GOLDEN, "iris_zipmap.jsonl");
    const recorded = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line): { quirk?: boolean } => JSON.parse(line));
    const quirks = recorded.filter(({ quirk }) => quirk === true).length;
    const flags = ["--coercion", "mlflow", "--float32", "widened"];
    const { code, stdout } = await terminal.run(["test", fixture("iris_zipmap"), "--cases", file, ...flags]);
    expect(stdout).toBe(`${recorded.length - quirks + 1} passed, ${quirks} skipped\n`);
    expect(code).toBe(0);
  });

  it("tells a self-test that fails, and goes on", async () => {
    const folder = copyFixture("iris_zipmap", join(terminal.cwd, "spoilt"));
    await terminal.run(["pack", folder, "-o", "spoilt.tar"]);
    const unpacked = join(terminal.cwd, "unpacked");
    execFileSync("sh", ["-c", `mkdir unpacked && tar -xf spoilt.tar -C unpacked && rm unpacked/SHA256SUMS`], {
      cwd: terminal.cwd,
    });
    rewrite(join(unpacked, "mlserve/self_test.json"), (text) => text.replace("0.98", "0.88"));
    const { code, stdout } = await terminal.run(["test", "unpacked", "-c", cases(CASE), "--json"]);
    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 1,
      told: {
        passed: false,
        results: [
          { id: "self-test", state: "failed", reason: expect.stringMatching(/^self-test: .*is not the recorded one/) },
          { id: "cases.jsonl:1", state: "passed" },
        ],
      },
    });
  });

  it("asks for cases where there is nothing to run", async () => {
    const { code, stderr } = await terminal.run(["test", fixture("nosig_xgb")]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "mlserve: error: the model has no input example, and there are no cases. Give requests with --cases FILE\n",
    });
  });

  it.each([
    { name: "a misspelt key", line: '{"bdy": 1}', says: 'line 1: unknown key "bdy". Did you mean body?' },
    { name: "no body", line: '{"expect": 1}', says: "line 1: a case without a body" },
    { name: "no JSON", line: "\n{", says: "line 2: not a JSON object on one line" },
    { name: "a list", line: "[]", says: "line 1: expected a JSON object" },
    { name: "a status that is none", line: '{"body": 1, "status": "ok"}', says: "line 1: expected a status of HTTP" },
    { name: "no answer", line: '{"path": "/ping"}', says: "line 1: a recorded request without an answer" },
  ])("refuses a case with $name", async ({ line, says }) => {
    const { code, stderr } = await terminal.run(["test", "iris.tar", "-c", cases(line)]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`mlserve: error: cases.jsonl: ${says}`),
    });
  });

  it("says that a file of cases is not there", async () => {
    expect(await terminal.run(["test", "iris.tar", "-c", "none.jsonl"])).toMatchObject({
      code: 5,
      stderr: 'mlserve: error: --cases "none.jsonl": no such file or folder\n',
    });
  });
});
