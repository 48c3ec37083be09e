import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { openModel } from "../../src/format/open-model.js";
import { createApp } from "../../src/serve/app.js";
import { loadModel } from "../../src/serve/load.js";
import { createMetrics } from "../../src/serve/metrics.js";
import { invoke, writeFunction } from "../support/function-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);

it("a model whose files are gone is not ready until they are back", async () => {
  const source = writeFunction(join(folder.path, "model"), "export default (inputs) => inputs;");
  const module = join(source, "predict.mjs");
  // As it is: no private copy of its files.
  const opened = await openModel(source);
  await using model = await loadModel(opened, { flavors, isolation: "process", workers: 1 });
  const app = createApp({ current: model }, { metrics: createMetrics() });
  const ping = async (): Promise<number> => (await app.request("/ping")).status;
  expect(await ping()).toBe(200);
  renameSync(module, `${module}.away`);
  process.kill(model.pids()[0] ?? 0, "SIGKILL");
  await vi.waitFor(async () => expect(await ping()).toBe(503), { timeout: 20_000 });
  const refused = await invoke(model, { inputs: 1 });
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { error_code: "TEMPORARILY_UNAVAILABLE", message: "the model's worker processes cannot be started" },
  ]);
  renameSync(`${module}.away`, module);
  await vi.waitFor(async () => expect(await ping()).toBe(200), { timeout: 20_000 });
  expect(await (await invoke(model, { inputs: 1 })).json()).toEqual({ predictions: 1 });
});
