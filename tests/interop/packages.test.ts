import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../e2e/built-cli.js";
import { type GoldenCase, goldenCases, isStrictJsonCase, modelPath } from "../support/golden.js";
import { askBoth } from "./ask.js";
import { findDisagreement } from "./compare.js";
import { type ScoringServer, serveWithMlflow } from "./python.js";

/** Folders that MLflow saved: weights beside the graph, text, label and probabilities with and without ZipMap. */
const SAVED = ["embed_tiny", "cnn_small", "iris_logreg_tensor", "iris_zipmap_str", "text_cols", "xgb_reg"];
/** Bare graphs, which pack describes itself; the requests are those of the folder that holds the graph. */
const BARE = ["iris_logreg_tensor", "housing_tensors"];

const PACKAGES = [
  ...SAVED.map((model) => ({ name: model, model, source: modelPath(model), file: `${model}.tar` })),
  ...BARE.map((model) => ({
    name: `bare_${model}`,
    model,
    source: join(modelPath(model), "model.onnx"),
    file: `bare_${model}.tar.gz`,
  })),
];

/** Those that answer with the graph's outputs as they are; the others answer with a record for each row. */
const TENSOR_PACKAGES = PACKAGES.filter(({ model }) => model !== "text_cols" && model !== "xgb_reg");

let workplace: Workplace;
let mlflow: ScoringServer;

beforeAll(async () => {
  workplace = openWorkplace();
  for (const { source, file, name } of PACKAGES) {
    const packed = await workplace.run(["pack", source, "-o", file, "--name", name.replaceAll("_", "-")]);
    if (packed.code !== 0) throw new Error(packed.stderr);
  }
  // The server extracts each package with Python's tarfile, and loads it with mlflow.onnx and with mlflow.pyfunc.
  mlflow = await serveWithMlflow(new Map(PACKAGES.map(({ name, file }) => [name, join(workplace.cwd, file)])));
});
afterAll(async () => {
  await mlflow?.[Symbol.asyncDispose]();
  workplace[Symbol.dispose]();
});

const isAnswered = (golden: GoldenCase): boolean =>
  isStrictJsonCase(golden) && golden.path === "/invocations" && golden.expect.status === 200;
const isTensorBody = (body: string): boolean => /^\s*\{"inputs"/.test(body);

describe("a package made by mlserve pack loads in Python's MLflow and predicts the same", () => {
  it.each(PACKAGES)("$name", async ({ name, model, file }) => {
    const bodies = goldenCases(model)
      .filter(isAnswered)
      .flatMap(({ body }) => (typeof body === "string" ? [body] : []))
      .filter((body) => !name.startsWith("bare_") || isTensorBody(body));
    expect(bodies.length).toBeGreaterThan(2);
    const answers = await askBoth(workplace, file, mlflow.urlOf(name), bodies);
    const differences = answers.map((answer) => findDisagreement(answer.body, answer.mlflow, answer.mlserve));
    expect(differences.filter((difference) => difference !== undefined)).toEqual([]);
    expect(answers.filter((answer) => answer.mlserve.status === 200).length).toBeGreaterThan(2);
  });

  it.each(TENSOR_PACKAGES)("$name, its graph as mlflow.onnx.load_model gives it", async ({ name, model, file }) => {
    const bodies = goldenCases(model)
      .filter(({ id }) => /\/(plain|tensor\/one|column_2d)$/.test(id))
      .flatMap(({ body }) => (typeof body === "string" && isTensorBody(body) ? [body] : []));
    expect(bodies.length).toBeGreaterThan(0);
    const answers = await askBoth(workplace, file, `${mlflow.urlOf(name)}/graph`, bodies);
    expect(answers.map(({ body, ...both }) => findDisagreement(body, both.mlflow, both.mlserve))).toEqual(
      bodies.map(() => undefined),
    );
    expect(answers.every((answer) => answer.mlserve.status === 200)).toBe(true);
  });
});
