import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { goldenCases, goldenModels, isStrictJsonCase, modelPath } from "../support/golden.js";
import { openWorkplace, ROOT } from "./built-cli.js";

const models = goldenModels().filter(
  (model) =>
    (!model.startsWith("py_") || existsSync(join(modelPath(model), "predict.mjs"))) &&
    goldenCases(model).some(isStrictJsonCase),
);
const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

/** Replays the cases with the program that recorded MLflow's answers, and gives its last line. */
async function replay(url: string, cases: string): Promise<string> {
  const script = join(ROOT, "tests/fixtures/replay.mjs");
  const child = spawn(process.execPath, [script, "--base", url, "--cases", cases, "--strict"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return text(child.stdout);
}

describe("the built server answers as MLflow recorded", () => {
  it.each(models)("%s", async (model) => {
    const cases = join(workplace.cwd, `${model}.jsonl`);
    const strict = goldenCases(model).filter(isStrictJsonCase);
    writeFileSync(cases, strict.map((golden) => JSON.stringify(golden)).join("\n"));
    const asMlflow = ["--coercion", "mlflow", "--float32", "widened"];
    const program = workplace.start(["serve", modelPath(model), "--port", "0", ...asMlflow]);
    const [, url = ""] = await program.find(/ at (http:\S+) /);
    const said = await replay(url, cases);
    program.child.kill("SIGTERM");
    expect(said.trim().split("\n").at(-1)).toBe(`${strict.length} passed, 0 failed`);
    expect((await program.ended).code).toBe(0);
  });
});
