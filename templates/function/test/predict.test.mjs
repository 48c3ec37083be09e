import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createApp, createFlavorRegistry, createMetrics, functionFlavor, loadModel, pack } from "mlserve";

// The function as it is served: packed, loaded, and asked over HTTP, but for the port.
let folder;
let model;
let app;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "predict-test-"));
  const flavors = createFlavorRegistry([functionFlavor]);
  const { output } = await pack({ source: "predict.ts", output: join(folder, "model.tar"), flavors });
  model = await loadModel(output, { flavors });
  app = createApp({ current: model }, { metrics: createMetrics() });
});

after(async () => {
  await model?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function ask(body) {
  const headers = { "content-type": "application/json" };
  const response = await app.request("/invocations", { method: "POST", headers, body });
  return { status: response.status, ...(await response.json()) };
}

test("names the species of each flower", async () => {
  const { predictions } = await ask(await readFile("request.json", "utf8"));
  assert.deepEqual(
    predictions.map(({ species }) => species),
    ["setosa", "virginica"],
  );
});

test("names none where it is not sure enough", async () => {
  const flower = { sepal_length: 6, sepal_width: 2.9, petal_length: 4.9, petal_width: 1.6 };
  const { predictions } = await ask(JSON.stringify({ dataframe_records: [flower], params: { threshold: 0.99 } }));
  assert.equal(predictions[0].species, null);
  assert.ok(predictions[0].probability < 0.99);
});

test("refuses a flower without its petals", async () => {
  const flower = { sepal_length: 6, sepal_width: 2.9 };
  const { status, message } = await ask(JSON.stringify({ dataframe_records: [flower] }));
  assert.equal(status, 400);
  assert.match(message, /petal_length/);
});
