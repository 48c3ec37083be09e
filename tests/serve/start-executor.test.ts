import { describe, expect, it } from "vitest";
import { MEDIA_TYPES } from "../../src/codec/media-types.js";
import { silentLogger } from "../../src/core/logger.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { type LoadModelOptions, loadModel } from "../../src/serve/load.js";
import { workersFor } from "../../src/serve/placement.js";
import { modelPath } from "../support/golden.js";

async function load(model: string, options: Partial<LoadModelOptions>) {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_fields: object, message = "") => warnings.push(message) };
  const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
  await using served = await loadModel(modelPath(model), { flavors, ...options, logger });
  return { workers: served.workers, warnings: warnings.filter((warning) => warning.includes("no effect")) };
}

describe("a model that is started", () => {
  it("inline is in no worker, and says that their number has no effect", async () => {
    expect(await load("iris_logreg_cols", { isolation: "inline", workers: 3 })).toEqual({
      workers: 0,
      warnings: ["the number of workers has no effect: the model runs in the server's own process"],
    });
  });

  it("with threads that its flavor does not use says so", async () => {
    expect(await load("py_sum", { isolation: "process", workers: 1, threads: 2 })).toEqual({
      workers: 1,
      warnings: ['the number of threads has no effect: the flavor "js_function" uses one'],
    });
  });

  it.each(["inline", "process"] as const)("%s refuses what is beyond its limits", async (isolation) => {
    const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
    const options = { flavors, isolation, workers: 1, limits: { maxRows: 1 } };
    await using served = await loadModel(modelPath("iris_logreg_cols"), options);
    const bytes = Buffer.from('{"dataframe_split":{"data":[[1,2,3,4],[1,2,3,4]]}}');
    const request = { bytes, media: MEDIA_TYPES.json } as const;
    await expect(served.executor.execute(request, AbortSignal.timeout(60_000))).rejects.toMatchObject({
      kind: "body_too_large",
      message: expect.stringContaining("more than 1 rows. Send fewer rows at a time, or raise --max-rows"),
    });
  });

  it("as asked for says nothing", async () => {
    expect(await load("iris_logreg_cols", { isolation: "process", workers: 2, threads: 1 })).toEqual({
      workers: 2,
      warnings: [],
    });
  });
});

async function loadWith(model: string, options: Partial<LoadModelOptions>) {
  const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
  await using served = await loadModel(modelPath(model), { flavors, isolation: "process", cores: 4, ...options });
  const { workers, runtime, threads: choice } = served;
  expect(served.pids()).toHaveLength(workers);
  expect(choice?.threads ?? runtime.threads).toBe(runtime.threads);
  return { workers, threads: Number(runtime.threads), isTried: choice !== undefined };
}

/** Which number of threads is the best is the machine's matter. */
describe("threads and workers of a model in workers", () => {
  it.each([
    { name: "with an example", model: "trees100" },
    { name: "without one, by zeros", model: "cnn_small" },
  ])("are found by trying $name, and leave no core without work", async ({ model }) => {
    const { workers, threads, isTried } = await loadWith(model, {});
    expect(isTried).toBe(true);
    expect([1, 2, 4]).toContain(threads);
    expect(workers).toBe(workersFor(4, threads));
  });

  it("are as many workers as asked for, and the threads that one makes use of", async () => {
    expect(await loadWith("trees100", { workers: 1 })).toMatchObject({ workers: 1, isTried: true });
  });

  it.each([
    { name: "as many threads as asked for", options: { threads: 2 }, workers: 1, threads: 2 },
    { name: "shares of the cores", options: { workers: 2 }, workers: 2, threads: 2 },
    { name: "a thread of one core", options: { cores: 1 }, workers: 1, threads: 1 },
  ])("are $name", async ({ options, workers, threads }) => {
    expect(await loadWith("trees100", options)).toEqual({ workers, threads, isTried: false });
  });

  it("are those of the model's own settings", async () => {
    expect(await loadWith("onnx_session_opts", {})).toMatchObject({ threads: 1 });
  });
});
