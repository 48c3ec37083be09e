import { afterAll, describe, expect, it } from "vitest";
import type { Batch } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import { silentLogger } from "../../src/core/logger.js";
import type { Flavor, Predictor } from "../../src/flavors/flavor.js";
import { loadPredictor } from "../../src/flavors/load-predictor.js";
import { openModel } from "../../src/format/open-model.js";
import { fixture } from "../cli/models.js";
import { linearFlavor } from "../support/linear-flavor.js";

const model = await openModel(fixture("onnx_int64"));
afterAll(() => model[Symbol.asyncDispose]());

const load = (flavor: Flavor) => loadPredictor({ flavor, config: {} }, model, { logger: silentLogger });
const withParts = (parts: Partial<Predictor>, load?: Flavor["load"]): Flavor => {
  const fallback: Flavor["load"] = async () => ({
    unsigned: "arrays",
    batchable: false,
    runtime: { runtime: "test" },
    predict: async (batch) => batch,
    [Symbol.asyncDispose]: async () => {},
    ...parts,
  });
  return linearFlavor({}, { load: load ?? fallback });
};

const value: Batch = { kind: "value", value: 1 };
const context = { params: new Map(), signal: new AbortController().signal };

describe("a predictor of any flavor", () => {
  it("gives what the flavor's gives", async () => {
    await using predictor = await load(withParts({ batchable: true, unsigned: "json", concurrency: 3 }));
    expect(predictor).toMatchObject({
      batchable: true,
      unsigned: "json",
      concurrency: 3,
      runtime: { runtime: "test" },
    });
    expect(await predictor.predict(value, context)).toBe(value);
  });

  it("is not called for a request that was given up", async () => {
    let called = 0;
    await using predictor = await load(
      withParts({
        predict: async (batch) => {
          called++;
          return batch;
        },
      }),
    );
    const given = { ...context, signal: AbortSignal.abort() };
    await expect(predictor.predict(value, given)).rejects.toMatchObject({ kind: "request_aborted" });
    expect(called).toBe(0);
  });

  it("is disposed of once, and not called any more", async () => {
    let disposed = 0;
    const predictor = await load(withParts({ [Symbol.asyncDispose]: async () => void disposed++ }));
    await predictor[Symbol.asyncDispose]();
    await predictor[Symbol.asyncDispose]();
    expect(disposed).toBe(1);
    await expect(predictor.predict(value, context)).rejects.toMatchObject({ kind: "shutting_down" });
  });

  it.each([
    ["rejects", async () => Promise.reject(new Error("the caller said 42"))],
    [
      "throws at once",
      () => {
        throw new Error("the caller said 42");
      },
    ],
  ])("that %s fails as the model, without its words", async (_, predict: Predictor["predict"]) => {
    await using predictor = await load(withParts({ predict }));
    const message = 'the flavor "linear" failed on a request';
    await expect(predictor.predict(value, context)).rejects.toMatchObject({ kind: "model_failed", message });
  });

  it("that heeds its signal ends as given up, whatever it throws", async () => {
    const left = new AbortController();
    const predict: Predictor["predict"] = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    await using predictor = await load(withParts({ predict }));
    const failure = predictor.predict(value, { ...context, signal: left.signal });
    left.abort();
    await expect(failure).rejects.toMatchObject({ kind: "request_aborted" });
  });

  it("keeps what mlserve's own errors say, those of another copy of it too", async () => {
    const foreign = Object.assign(new Error("no such pixel"), { name: "MlserveError", kind: "model_rejected_input" });
    for (const error of [new MlserveError("model_rejected_input", "no such pixel"), foreign]) {
      await using predictor = await load(withParts({ predict: () => Promise.reject(error) }));
      const failure = predictor.predict(value, context);
      await expect(failure).rejects.toBeInstanceOf(MlserveError);
      await expect(failure).rejects.toMatchObject({ kind: "model_rejected_input", message: "no such pixel" });
    }
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "it is no object"],
    [
      "too few values",
      { kind: "tensors", tensors: new Map([["y", { dtype: "bool", shape: [2], data: Uint8Array.of(1) }]]) },
      "1 values for the 2",
    ],
  ])("that returns %s fails", async (_, batch, says) => {
    await using predictor = await load(withParts({ predict: async () => batch as Batch }));
    await expect(predictor.predict(value, context)).rejects.toMatchObject({
      kind: "model_failed",
      message: expect.stringContaining(says),
    });
  });
});

describe("a model that a flavor cannot load", () => {
  it.each([
    ["what it says", new Error("no weight for rooms"), "(Error: no weight for rooms)"],
    ["no paths", new Error("ENOENT: /srv/models/x"), 'the flavor "linear" cannot load the model'],
    ["one line", new Error("first\n    at second"), "(Error: first)"],
    ["nothing of what is no error", "text", 'the flavor "linear" cannot load the model'],
  ])("is told with %s", async (_, error, says) => {
    const failure = load(withParts({}, () => Promise.reject(error)));
    await expect(failure).rejects.toMatchObject({ kind: "model_failed", message: expect.stringContaining(says) });
    await expect(failure).rejects.not.toThrow(/srv|second/);
  });

  it.each<[string, unknown, string]>([
    ["no predictor", undefined, "no predictor"],
    ["null", null, "no predictor"],
    ["half a predictor", { unsigned: "arrays", batchable: true, runtime: {} }, "no predictor"],
  ])("gives %s", async (_, predictor, says) => {
    const failure = load(withParts({}, async () => predictor as Predictor));
    await expect(failure).rejects.toMatchObject({ kind: "model_failed", message: expect.stringContaining(says) });
  });
});
