/**
 * What serving a model costs at the least: Hono and onnxruntime-node, with one thread and no checks.
 *
 *   node bare-server.mjs model.onnx
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { InferenceSession, Tensor } from "onnxruntime-node";

const session = await InferenceSession.create(process.argv[2] ?? "", { intraOpNumThreads: 1 });
const [input = ""] = session.inputNames;
const [output = ""] = session.outputNames;
const app = new Hono();
app.post("/invocations", async (context) => {
  const { columns, data } = (await context.req.json()).dataframe_split;
  const order = columns.map((_, i) => columns.indexOf(`f${i}`));
  const values = Float32Array.from(data.flatMap((row) => order.map((place) => row[place])));
  const outputs = await session.run({ [input]: new Tensor("float32", values, [data.length, columns.length]) });
  return context.json({ predictions: Array.from(outputs[output].data, (variable) => ({ variable })) });
});

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close(() => process.exit(0)));
