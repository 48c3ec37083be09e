import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyFixture, fixture, rewrite } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "iris.tar"]);
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "noted.tar", "--metadata", "stage=test"]);
});
afterAll(() => terminal[Symbol.dispose]());

const partsOf = ({ stdout }: { stdout: string }): unknown =>
  JSON.parse(stdout).differences.map(({ part, name }: { part: string; name: string }) => `${part} ${name}`);

describe("mlserve diff", () => {
  it("finds nothing between a model and itself, packed or not", async () => {
    const told = { code: 0, stderr: "", left: [] };
    const same = await terminal.run(["diff", "iris.tar", "iris.tar", "--exit-code"]);
    expect(same).toEqual({ ...told, stdout: "iris.tar and iris.tar are the same\n" });
    const { stdout } = await terminal.run(["diff", "iris.tar", "iris.tar", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ same: true, differences: [] });
  });

  it("shows what is there in one model only, for people", async () => {
    const { code, stdout } = await terminal.run(["diff", "iris.tar", "noted.tar"]);
    expect(code).toBe(0);
    expect(stdout).toBe('metadata\n  stage\n    + "test"\n');
  });

  it("shows files and predictions that differ, for programs", async () => {
    const outcome = await terminal.run(["diff", fixture("iris_zipmap"), fixture("iris_logreg_cols"), "--json"]);
    expect(partsOf(outcome)).toEqual(
      expect.arrayContaining(["files model.onnx", "predictions $.predictions[0].output_label"]),
    );
  });

  it("shows a column of another type, and that one model refuses the example", async () => {
    const folder = copyFixture("iris_zipmap", join(terminal.cwd, "text"));
    rewrite(join(folder, "MLmodel"), (text) => text.replace('"type": "double"', '"type": "string"'));
    const outcome = await terminal.run(["diff", fixture("iris_zipmap"), "text", "--json"]);
    expect(partsOf(outcome)).toEqual(["signature inputs sepal length (cm)", "predictions input example"]);
    expect(JSON.parse(outcome.stdout).differences[1]).toMatchObject({
      before: "an answer",
      after: expect.stringContaining('column "sepal length (cm)"'),
    });
  });

  it("runs no model with --no-run, and says so where nothing else differs", async () => {
    const { stdout } = await terminal.run(["diff", "iris.tar", "iris.tar", "--no-run"]);
    expect(stdout).toBe("iris.tar and iris.tar are the same (predictions were not compared)\n");
  });

  it("ends with 1 where that is asked for", async () => {
    const { code, stderr } = await terminal.run(["diff", "iris.tar", "noted.tar", "--exit-code"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'mlserve: error: "iris.tar", "noted.tar": the models differ\n',
    });
  });

  it("needs two models", async () => {
    const { code, stderr } = await terminal.run(["diff", "iris.tar"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^mlserve: error: missing argument <after>\. /),
    });
  });
});
