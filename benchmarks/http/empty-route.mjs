/**
 * The limit to compare with: a Hono route that parses the JSON body and answers a constant of a prediction's form.
 * No validation, no model, no metrics. Prints its address as `mlserve serve` does.
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { EMPTY_ANSWER } from "./request.mjs";

const answer = JSON.parse(EMPTY_ANSWER);
const app = new Hono();
app.post("/invocations", async (context) => {
  await context.req.json();
  return context.json(answer);
});

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close(() => process.exit(0)));
