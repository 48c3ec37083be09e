import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/serve/app.js";
import { createMetrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { type RunningServer, startServer } from "../../src/serve/server.js";
import { loadFunction, writeFunction } from "../support/function-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

/** What `inputs` names it does; `told` counts what the function has yielded and how often it was returned. */
const CODE = `
let [yielded, returned] = [0, 0];
const ACTS = {
  async *count({ to, bytes = 1 }) {
    for (let i = 0; i < to; i++) yield "x".repeat(bytes);
  },
  async *endless({ bytes = 1 }, signal) {
    yielded = 0;
    try {
      while (!signal.aborted) {
        yielded++;
        yield "x".repeat(bytes);
        await new Promise(setImmediate);
      }
    } finally {
      returned++;
    }
  },
  async *silent(_, signal) {
    try {
      yield "first";
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      returned++;
    }
  },
  async *exit() {
    yield "first";
    process.exit(0);
  },
  async *stuck() {
    yield "first";
    for (;;);
  },
  async *throws() {
    yield "first";
    throw new Error("of the function");
  },
  told: () => ({ yielded, returned, pid: process.pid }),
};
export default (inputs, { signal }) => ACTS[inputs.do](inputs, signal);
`;

interface Told {
  readonly yielded: number;
  readonly returned: number;
  readonly pid: number;
}

let model: ServedModel;
let server: RunningServer;
afterEach(async () => {
  await model[Symbol.asyncDispose]();
  await server.close();
});

async function serve(block = "{ module: predict.mjs, concurrency: 1 }", timeoutMs = 60_000): Promise<void> {
  const source = writeFunction(join(folder.path, "model"), CODE, { block });
  model = await loadFunction(source, { isolation: "process", workers: 1 });
  const app = createApp({ current: model }, { metrics: createMetrics(), timeoutMs });
  server = await startServer({ app, host: "127.0.0.1", port: 0 });
}

function post(inputs: object, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}/invocations`, {
    method: "POST",
    body: JSON.stringify({ inputs }),
    ...init,
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...init.headers },
  });
}

async function tell(): Promise<Told> {
  const { predictions } = (await (await post({ do: "told" })).json()) as { predictions: Told };
  return predictions;
}

/** The first chunk of a stream; its reader keeps it open. */
async function begin(inputs: object, init: RequestInit = {}): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await post(inputs, init);
  if (body === null) throw new Error("an answer without a body");
  const reader = body.getReader();
  expect((await reader.read()).done).toBe(false);
  return reader;
}

const FIRST = 'data: "first"\n\n';
const errorOf = (code: string, message: string): string =>
  `event: error\ndata: ${JSON.stringify({ error_code: code, message })}\n\n`;

describe("a stream from a worker", () => {
  it("comes whole and in order, and leaves the worker free", async () => {
    await serve();
    const text = await (await post({ do: "count", to: 2000 })).text();
    expect(text).toBe(`${'data: "x"\n\n'.repeat(2000)}data: [DONE]\n\n`);
    expect(await tell()).toMatchObject({ returned: 0 });
  });

  it("goes no faster than its reader", async () => {
    await serve("{ module: predict.mjs, concurrency: 2 }");
    const reader = await begin({ do: "endless", bytes: 1_000_000 });
    // Nobody reads on: the function comes to a halt when all buffers between are full.
    let before = -1;
    await vi.waitFor(
      async () => {
        const { yielded } = await tell();
        const isHalted = yielded === before;
        before = yielded;
        expect(isHalted).toBe(true);
      },
      { interval: 300, timeout: 20_000 },
    );
    expect(before).toBeLessThan(100);
    await reader.cancel();
    await vi.waitFor(async () => expect(await tell()).toMatchObject({ returned: 1 }));
  });

  it.each(["endless", "silent"])("ends when its client leaves while it is %s, and the worker is free", async (act) => {
    await serve();
    const leave = new AbortController();
    await begin({ do: act }, { signal: leave.signal });
    const { pids } = model;
    const before = pids();
    leave.abort();
    expect(await tell()).toMatchObject({ returned: 1, pid: before[0] });
  });

  it("that fails ends with an event", async () => {
    await serve();
    const text = await (await post({ do: "throws" })).text();
    expect(text).toBe(FIRST + errorOf("MODEL_ERROR", "the function threw Error"));
  });

  it("whose worker ends on the way ends with an event", async () => {
    await serve();
    const text = await (await post({ do: "exit" })).text();
    expect(text).toBe(FIRST + errorOf("MODEL_ERROR", "the worker that ran the model ended on the way (exit code 0)"));
    expect(await tell()).toMatchObject({ returned: 0 });
  });

  it.each(["stuck", "silent"])("has the deadline for each item, and ends with an event when %s", async (act) => {
    await serve(undefined, 300);
    const response = await post({ do: act });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^data: "first"\n\nevent: error\ndata: \{"error_code":"DEADLINE_EXCEEDED"/);
    // A worker that had to be replaced takes longer than this deadline to start.
    await vi.waitFor(async () => expect(await tell()).toMatchObject({ returned: expect.any(Number) }), 10_000);
  });

  it("may take longer than the deadline while its items come in time", async () => {
    await serve(undefined, 500);
    const controller = new AbortController();
    const start = performance.now();
    const { body } = await post({ do: "endless" }, { signal: controller.signal });
    const [pid] = model.pids();
    for await (const chunk of body ?? []) {
      expect(Buffer.from(chunk).includes("event: error")).toBe(false);
      if (performance.now() - start > 1200) break;
    }
    controller.abort();
    expect((await tell()).pid).toBe(pid);
  });

  it("is not overdue while its reader is", async () => {
    await serve("{ module: predict.mjs, concurrency: 2 }", 300);
    const reader = await begin({ do: "endless", bytes: 1_000_000 });
    const [pid] = model.pids();
    // Calls that take three deadlines of the stream beside them.
    for (let i = 0; i < 3; i++) expect(await (await post({ do: "silent" })).text()).toContain("DEADLINE_EXCEEDED");
    expect((await reader.read()).done).toBe(false);
    expect((await tell()).pid).toBe(pid);
    await reader.cancel();
  });
});
