import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { rawClient } from "../../support/raw-client.js";
import { sumModel } from "../../support/sum-model.js";

const HEAD =
  "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
const BODY = '{"inputs":{"a":[1],"b":[2]}}';
let running: RunningServer | undefined;
afterEach(async () => await running?.close());

const inChunks = (text: string): string => `${text.replaceAll(/./g, "1\r\n$&\r\n")}0\r\n\r\n`;

describe("a body in 100,000 chunks of one byte", () => {
  it.each([
    { name: "is read", maxBodyBytes: 1_000_000, status: 200, body: '{"predictions":[{"total":3.0}]}' },
    { name: "is refused beyond --max-body", maxBodyBytes: 10_000, status: 413, body: expect.stringContaining("10000") },
  ])("$name", async ({ maxBodyBytes, status, body }) => {
    const app = createApp({ current: sumModel() }, { metrics: createMetrics(), maxBodyBytes });
    running = await startServer({ app, host: "127.0.0.1", port: 0, graceMs: 0 });
    const client = await rawClient(running.port);
    client.send(HEAD + inChunks(BODY + " ".repeat(100_000 - BODY.length)));
    expect(await client.next()).toMatchObject({ status, body });
    client.socket.destroy();
  });
});
