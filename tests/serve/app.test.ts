import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { type Logger, silentLogger } from "../../src/core/logger.js";
import { createApp } from "../../src/serve/app.js";
import { createMetrics } from "../../src/serve/metrics.js";
import { sumModel, sumPredictor } from "../support/sum-model.js";

const table = {
  dataframe_split: {
    columns: ["a", "b"],
    data: [
      [1, 2],
      [3, 4.5],
    ],
  },
};
const json = { "content-type": "application/json" };

function post(body: unknown, headers: Record<string, string> = json): RequestInit {
  return { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function appOf(model = sumModel(), options: { maxBodyBytes?: number; logger?: Logger } = {}) {
  const metrics = createMetrics();
  return createApp({ current: model }, { metrics, version: "1.2.3", ...options });
}

describe("the access log", () => {
  const logged = async (path: string, init: RequestInit): Promise<object[]> => {
    const lines: object[] = [];
    const logger = { ...silentLogger, info: (fields: object) => void lines.push(fields) };
    const app = createApp({ current: sumModel() }, { metrics: createMetrics(), logger, accessLog: true });
    await (await app.request(path, init)).text();
    return lines;
  };

  it("tells of a scored request its rows and phases", async () => {
    const headers = { ...json, "x-request-id": "abc-1" };
    const time = expect.any(Number);
    expect(await logged("/invocations", post(table, headers))).toEqual([
      {
        requestId: "abc-1",
        method: "POST",
        route: "/invocations",
        status: 200,
        ms: time,
        rows: 2,
        phases: { decode: time, queue: time, predict: time, encode: time },
        bytesIn: JSON.stringify(table).length,
        bytesOut: '{"predictions":[{"total":3.0},{"total":7.5}]}'.length,
      },
    ]);
  });

  it("says nothing of a probe that is answered, but at debug", async () => {
    expect(await logged("/ping", { method: "GET" })).toEqual([]);
    expect(await logged("/ping", { method: "POST" })).toMatchObject([{ route: "/ping", status: 405 }]);
  });

  it("tells nothing that a caller chose of another", async () => {
    const [line] = await logged("/secret?token=1", post("{"));
    expect(line).toMatchObject({ route: "other", status: 404 });
    expect(JSON.stringify(line)).not.toMatch(/secret|token/);
  });
});

describe("POST /invocations", () => {
  it("answers a table with a record per row", async () => {
    const response = await appOf().request("/invocations", post(table));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ predictions: [{ total: 3 }, { total: 7.5 }] });
  });

  it.each<{
    name: string;
    path?: string;
    init: RequestInit;
    status: number;
    code: string;
    message: string;
    allow?: string;
  }>([
    {
      name: "another path",
      path: "/predict",
      init: post(table),
      status: 404,
      code: "ENDPOINT_NOT_FOUND",
      message: "POST /invocations",
    },
    {
      name: "another case of the path",
      path: "/Invocations",
      init: post(table),
      status: 404,
      code: "ENDPOINT_NOT_FOUND",
      message: "no such route",
    },
    { name: "GET", init: {}, status: 405, code: "BAD_REQUEST", message: "expected POST", allow: "POST" },
    {
      name: "PUT",
      init: { ...post(table), method: "PUT" },
      status: 405,
      code: "BAD_REQUEST",
      message: "expected POST",
      allow: "POST",
    },
    {
      name: "POST to /ping",
      path: "/ping",
      init: post({}),
      status: 405,
      code: "BAD_REQUEST",
      message: "expected GET",
      allow: "GET",
    },
    {
      name: "text/plain",
      init: post(table, { "content-type": "text/plain" }),
      status: 415,
      code: "BAD_REQUEST",
      message: "expected one of application/json",
    },
    {
      name: "a form, as curl sends it unless told otherwise",
      init: post(table, { "content-type": "application/x-www-form-urlencoded" }),
      status: 415,
      code: "BAD_REQUEST",
      message: "arrow.file. curl -d sends a form without -H 'content-type: …'",
    },
    {
      name: "another charset",
      init: post(table, { "content-type": "application/json; charset=latin-1" }),
      status: 415,
      code: "BAD_REQUEST",
      message: "charset utf-8",
    },
    {
      name: "a compressed body",
      init: post(table, { ...json, "content-encoding": "zstd" }),
      status: 415,
      code: "BAD_REQUEST",
      message: "Content-Encoding",
    },
    {
      name: "no type, from another origin",
      init: post(table, { "content-type": "", origin: "http://evil.example" }),
      status: 415,
      code: "BAD_REQUEST",
      message: "expected one of application/json",
    },
    {
      name: "a body over the limit",
      init: post({ ...table, x: "x".repeat(1000) }),
      status: 413,
      code: "BAD_REQUEST",
      message: "more than the 1000 bytes",
    },
    {
      name: "what is no JSON",
      init: post("{"),
      status: 400,
      code: "BAD_REQUEST",
      message: "not valid JSON at line 1, column 2",
    },
    {
      name: "a missing column",
      init: post({ dataframe_records: [{ a: 1 }] }),
      status: 400,
      code: "INVALID_PARAMETER_VALUE",
      message: 'missing column "b"',
    },
  ])("refuses $name with $status", async ({ path = "/invocations", init, status, code, message, allow }) => {
    const response = await appOf(sumModel(), { maxBodyBytes: 1000 }).request(path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow ?? null);
    expect(await response.json()).toEqual({ error_code: code, message: expect.stringContaining(message) });
  });

  it("takes a body without a type for JSON when no page sent it", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(table));
    const response = await appOf().request("/invocations", { method: "POST", body: bytes });
    expect(response.status).toBe(200);
  });

  it("tells a model's failure to its log, and only the fact to the caller", async () => {
    const logged: object[] = [];
    const ignore = (): void => {};
    const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (fields) => void logged.push(fields) };
    const cause = new TypeError("secret of the model");
    const broken = sumModel(sumPredictor(() => Promise.reject(cause)));
    const response = await appOf(broken, { logger }).request(
      "/invocations",
      post(table, { ...json, "x-request-id": "r-1" }),
    );
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(logged).toEqual([{ err: cause, requestId: "r-1" }]);
  });

  it("answers what a model refuses with its 400", async () => {
    const picky = sumModel(
      sumPredictor(() => Promise.reject(new MlserveError("model_rejected_input", "expected two rows"))),
    );
    const response = await appOf(picky).request("/invocations", post(table));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error_code: "BAD_REQUEST", message: "expected two rows" });
  });
});

describe("the other routes", () => {
  it.each(["/ping", "/health", "/ping?x=1"])("GET %s is 200 with a model", async (path) => {
    expect((await appOf().request(path)).status).toBe(200);
  });

  it("tells from the signal to stop on that it is not ready, but alive, and still answers", async () => {
    const stop = new AbortController();
    const app = createApp({ current: sumModel() }, { metrics: createMetrics(), stopping: stop.signal });
    const status = async (path: string): Promise<number> => (await app.request(path)).status;
    expect([await status("/health/ready"), await status("/health/live")]).toEqual([200, 200]);
    stop.abort();
    expect([await status("/health/ready"), await status("/health/live"), await status("/ping")]).toEqual([
      503, 200, 503,
    ]);
    expect(await (await app.request("/health")).json()).toMatchObject({ error_code: "TEMPORARILY_UNAVAILABLE" });
  });

  it.each(["/ping", "/version", "/metrics", "/nothing", "/invocations"])(
    "lets no browser guess what %s holds",
    async (path) => {
      const app = createApp({ current: sumModel() }, { metrics: createMetrics() });
      const init = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"inputs":{"a":[1],"b":[2]}}',
      };
      const response = await app.request(path, path === "/invocations" ? init : {});
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  it("is not alive when only a new process can help", async () => {
    const app = createApp({ current: { ...sumModel(), isHealthy: () => false } }, { metrics: createMetrics() });
    expect((await app.request("/health/live")).status).toBe(503);
    expect((await app.request("/health/ready")).status).toBe(503);
  });

  it.each(["/ping", "/health"])("GET %s is 503 without one", async (path) => {
    const app = createApp({ current: undefined }, { metrics: createMetrics() });
    expect((await app.request(path)).status).toBe(503);
    expect((await app.request("/invocations", post(table))).status).toBe(503);
  });

  it("GET /version is the bare version", async () => {
    expect(await (await appOf().request("/version")).text()).toBe("1.2.3");
  });

  it("repeats the caller's request id, and makes one otherwise", async () => {
    const app = appOf();
    expect((await app.request("/ping", { headers: { "x-request-id": "abc-1" } })).headers.get("x-request-id")).toBe(
      "abc-1",
    );
    expect((await app.request("/ping")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("GET /metrics counts requests, rows and phases, and names no path of the caller's", async () => {
    const metrics = createMetrics();
    const app = createApp({ current: sumModel() }, { metrics });
    await app.request("/invocations", post(table));
    await app.request("/invocations", post("{"));
    await app.request("/secret-path", post(table));
    const text = await (await app.request("/metrics")).text();
    expect(text).toContain('mlserve_requests_total{route="/invocations",status="200"} 1');
    expect(text).toContain('mlserve_requests_total{route="/invocations",status="400"} 1');
    expect(text).toContain('mlserve_requests_total{route="other",status="404"} 1');
    expect(text).toContain("mlserve_rows_total 2");
    expect(text).toContain('mlserve_phase_seconds_count{phase="predict"} 1');
    expect(text).not.toContain("secret-path");
  });
});
