import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { functionAnswer } from "../support/function-answer.js";
import {
  findDifference,
  type GoldenCase,
  goldenCases,
  goldenModels,
  isStrictJsonCase,
  modelPath,
} from "../support/golden.js";

const models = goldenModels().filter((model) => existsSync(join(modelPath(model), "predict.mjs")));

describe.each(models)("%s", (model) => {
  const cases = goldenCases(model).filter((golden) => isStrictJsonCase(golden) && isJsonCall(golden));

  it.each(cases.map((golden) => [golden.id, golden] as const))("%s as MLflow", async (_, golden) => {
    expect(findDifference(golden, await functionAnswer(golden, "mlflow"))).toBeUndefined();
  });

  it.each(cases.map((golden) => [golden.id, golden] as const))(
    "%s as MLflow or with a safe refusal",
    async (_, golden) => {
      const answer = await functionAnswer(golden, "safe");
      if (findDifference(golden, answer) !== undefined)
        expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(DAMAGE) });
    },
  );
});

/** What a refusal of `safe` that `mlflow` does not share says: see COERCION_DIFFERENCES. */
const DAMAGE =
  /would become|would be cut off|not within -?\d+ to|in the longest row|beyond the range|stands twice in its object|expected binary/;

function isJsonCall({ method, path, headers }: GoldenCase): boolean {
  return method === "POST" && path === "/invocations" && headers["content-type"] === "application/json";
}
