import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COERCION_NAMES, type CoercionName } from "../../src/codec/decode/coercion.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { loadModel } from "../../src/serve/load.js";
import { type Answer, goldenCases, goldenModels, modelPath } from "../support/golden.js";
import { servedAnswer } from "../support/served-answer.js";

/** Models that hold no Python. */
const models = goldenModels().filter((model) =>
  ["model.onnx", "predict.mjs"].some((file) => existsSync(join(modelPath(model), file))),
);
const quirks = models.flatMap((model) => goldenCases(model).filter(({ quirk }) => quirk === true));

const answers = new Map<string, string>();

describe.each(COERCION_NAMES)("cases in which MLflow is at fault, in mode %s", (mode) => {
  describe.each(models.filter((name) => quirks.some(({ model }) => model === name)))("%s", (model) => {
    const cases = quirks.filter((golden) => golden.model === model);
    const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
    let served: Awaited<ReturnType<typeof loadModel>> | undefined;

    beforeAll(async () => {
      served = await loadModel(modelPath(model), { flavors, coercion: mode });
    });
    afterAll(() => served?.[Symbol.asyncDispose]());

    it.each(cases.map((golden) => [golden.id, golden] as const))("%s is answered in JSON", async (id, golden) => {
      const answer = await servedAnswer(golden, served);
      expect(answer.status).toBeLessThan(500);
      answers.set(`${mode} ${id}`, told(answer));
    });
  });
});

/** Without the digits that another runtime may compute otherwise, and without the words of a refusal. */
function told({ status, text }: Answer): string {
  const body: unknown = JSON.parse(text);
  if (status < 400)
    return `${status} ${text.replace(/(?<![:\d])-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) => Number(digits).toPrecision(4))}`;
  expect(body).toEqual({ error_code: expect.any(String), message: expect.any(String) });
  return `${status} ${String(Object(body).error_code)}`;
}

function row(id: string, reason: string | undefined, status: number): string {
  const answer = (mode: CoercionName): string | undefined => answers.get(`${mode} ${id}`);
  return JSON.stringify({
    id,
    quirk: reason,
    mlflow: status,
    "--coercion mlflow": answer("mlflow"),
    safe: answer("safe"),
  });
}

describe("the list of these cases", () => {
  it("tells what is answered instead (vitest -u writes it anew)", async () => {
    expect(answers.size).toBe(2 * quirks.length);
    const rows = quirks.map(({ id, quirk_reason: reason, expect: { status } }) => row(id, reason, status));
    await expect(`${rows.join("\n")}\n`).toMatchFileSnapshot("../fixtures/golden-quirks.jsonl");
  });
});
