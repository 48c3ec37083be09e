/**
 * The least that can serve a model from Node: imports Hono and onnxruntime-node, makes the session, and listens. Prints
 * its address as `mlserve serve` does.
 *
 *   node benchmarks/start/bare.mjs model.onnx
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import ort from "onnxruntime-node";

const session = await ort.InferenceSession.create(process.argv[2] ?? "model.onnx");
const [input = ""] = session.inputNames;
const app = new Hono();
app.post("/invocations", async (context) => {
  const { inputs } = await context.req.json();
  const rows = Float32Array.from(inputs.flat());
  const outputs = await session.run({ [input]: new ort.Tensor("float32", rows, [inputs.length, inputs[0].length]) });
  const [first] = session.outputNames;
  return context.json({ predictions: Array.from(outputs[first ?? ""]?.data ?? [], Number) });
});
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close(() => process.exit(0)));
