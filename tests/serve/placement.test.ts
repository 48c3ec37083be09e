import { describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { chooseFlavor } from "../../src/flavors/choose.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { openModel } from "../../src/format/open-model.js";
import { type PlacementRequest, placeModel, workersFor } from "../../src/serve/placement.js";
import { modelPath } from "../support/golden.js";
import { linearFlavor, writeLinearModel } from "../support/linear-flavor.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

async function place(source: string, request: Partial<PlacementRequest> = {}, flavors = BUILTIN_FLAVORS) {
  await using model = await openModel(source);
  const chosen = chooseFlavor(model.descriptor, createFlavorRegistry(flavors));
  return await placeModel(model, chosen, { isolation: "auto", cores: 4, ...request });
}

const folder = useTemporaryFolder();

describe("where a model runs", () => {
  it.each([
    { name: "a tiny ONNX graph", model: "iris_logreg_cols", kind: "inline" },
    { name: "a forest of 100 trees", model: "trees100", kind: "inline" },
    { name: "weights in a file of their own", model: "cnn_small", kind: "process" },
    { name: "an operator of another domain", model: "text_tfidf", kind: "process" },
    { name: "a function", model: "py_sum", kind: "process" },
  ])("is $kind for $name", async ({ model, kind }) => {
    expect(await place(modelPath(model))).toMatchObject({ kind });
  });

  it.each(["inline", "process"] as const)("is %s where that is asked for", async (isolation) => {
    expect(await place(modelPath("iris_logreg_cols"), { isolation })).toMatchObject({ kind: isolation });
    expect(await place(modelPath("py_sum"), { isolation })).toMatchObject({ kind: isolation });
  });
});

describe("workers and their threads", () => {
  it.each([
    { name: "one model with all cores", model: "cnn_small", request: {}, workers: 1, defaultThreads: 4 },
    { name: "shares of the cores", model: "cnn_small", request: { workers: 2 }, workers: 2, defaultThreads: 2 },
    { name: "a thread at least", model: "cnn_small", request: { workers: 9 }, workers: 9, defaultThreads: 1 },
    { name: "all cores but one for functions", model: "py_sum", request: {}, workers: 3, defaultThreads: 1 },
    { name: "one worker at least", model: "py_sum", request: { cores: 1 }, workers: 1, defaultThreads: 1 },
  ])("are $name", async ({ model, request, workers, defaultThreads }) => {
    expect(await place(modelPath(model), request)).toMatchObject({ kind: "process", workers, defaultThreads });
  });

  it.each([
    { name: "a worker with all cores", model: "cnn_small", request: {}, triesThreads: true },
    { name: "one of several workers", model: "cnn_small", request: { workers: 2 }, triesThreads: false },
    { name: "as many threads as asked for", model: "cnn_small", request: { threads: 2 }, triesThreads: false },
    { name: "one core", model: "cnn_small", request: { cores: 1 }, triesThreads: false },
    { name: "a runtime without threads", model: "py_sum", request: {}, triesThreads: false },
  ])("are tried ($triesThreads) for $name", async ({ model, request, triesThreads }) => {
    expect(await place(modelPath(model), request)).toMatchObject({ kind: "process", triesThreads });
  });

  it.each([
    { cores: 2, threads: 2, workers: 1 },
    { cores: 2, threads: 1, workers: 1 },
    { cores: 8, threads: 1, workers: 7 },
    { cores: 8, threads: 2, workers: 3 },
    { cores: 8, threads: 4, workers: 1 },
    { cores: 8, threads: 8, workers: 1 },
  ])("are $workers workers for $cores cores and $threads threads", ({ cores, threads, workers }) => {
    expect(workersFor(cores, threads)).toBe(workers);
  });

  it("are refused for a flavor that is only an object of this process, which runs inline otherwise", async () => {
    const model = await writeLinearModel(folder.path);
    expect(await place(model, {}, [linearFlavor()])).toMatchObject({ kind: "inline" });
    await expect(place(model, { isolation: "process" }, [linearFlavor()])).rejects.toThrow(
      'isolation: the flavor "linear" was not loaded from a module',
    );
  });

  it("are of a flavor that can be loaded again in another process", async () => {
    expect(await place(modelPath("py_sum"))).toMatchObject({ flavor: { kind: "builtin", name: "js_function" } });
  });
});
