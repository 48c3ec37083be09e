import { describe, expect, it } from "vitest";
import { createKeyFinder } from "../../../src/serve/access/api-keys.js";
import type { AccessRules } from "../../../src/serve/access/guard.js";
import { RateLimiter } from "../../../src/serve/access/rate-limiter.js";
import { createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { sumModel } from "../../support/sum-model.js";

const KEY = "0123456789abcdef";
const findKey = createKeyFinder([{ name: "team", key: KEY }]);

function ask(access: AccessRules, path: string, headers: Record<string, string> = {}, host = "localhost") {
  const app = createApp({ current: sumModel() }, { metrics: createMetrics(), access });
  const body = path === "/invocations" ? '{"inputs":{"a":[1],"b":[2]}}' : undefined;
  const method = body === undefined ? "GET" : "POST";
  const init = { method, headers: { "content-type": "application/json", ...headers }, ...(body && { body }) };
  return app.request(`http://${host}${path}`, init);
}

describe("a server with keys", () => {
  it.each([{ authorization: `Bearer ${KEY}` }, { authorization: `bearer  ${KEY}` }, { "x-api-key": KEY }])(
    "answers who carries one: %j",
    async (headers) => {
      expect((await ask({ findKey }, "/invocations", headers)).status).toBe(200);
    },
  );

  it.each([{}, { authorization: `Bearer ${KEY}0` }, { authorization: `Basic ${KEY}` }, { "x-api-key": "" }])(
    "refuses who carries none of them, and does not repeat it: %j",
    async (headers) => {
      const response = await ask({ findKey }, "/invocations", headers);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ error_code: "UNAUTHENTICATED" });
      expect(text).not.toContain(KEY);
    },
  );

  it.each(["/ping", "/health", "/health/live", "/health/ready"])("leaves %s open", async (path) => {
    expect((await ask({ findKey }, path)).status).toBe(200);
  });

  it.each(["/metrics", "/version", "/nothing", "//ping", "/ping/"])("closes %s", async (path) => {
    expect((await ask({ findKey }, path)).status).toBe(401);
  });
});

describe("a server with a rate", () => {
  it("refuses the key that asks more often, says when it may ask again, and lets others go on", async () => {
    const find = createKeyFinder([
      { name: "one", key: KEY },
      { name: "two", key: `${KEY}2` },
    ]);
    const access = { findKey: find, limiter: new RateLimiter({ count: 1, perMs: 5000 }, () => 0) };
    const app = createApp({ current: sumModel() }, { metrics: createMetrics(), access });
    const version = (key: string) => app.request("/version", { headers: { "x-api-key": key } });
    expect((await version(KEY)).status).toBe(200);
    const refused = await version(KEY);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
    expect(await refused.json()).toMatchObject({ error_code: "REQUEST_LIMIT_EXCEEDED" });
    expect((await version(`${KEY}2`)).status).toBe(200);
    expect((await app.request("/ping")).status).toBe(200);
  });
});

describe("a server with allowed hosts", () => {
  const access = { allowedHosts: ["models.example", "localhost"] };

  it.each(["models.example", "MODELS.example:8080", "localhost:1"])("answers under %s", async (host) => {
    expect((await ask(access, "/ping", {}, host)).status).toBe(200);
  });

  it.each(["evil.example", "models.example.evil.example", "127.0.0.1"])("does not under %s", async (host) => {
    const response = await ask(access, "/ping", {}, host);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain("evil");
  });
});

describe("pages of other sites", () => {
  const preflight = { origin: "https://app.example", "access-control-request-method": "POST" };

  async function allowed(access: AccessRules, origin: string): Promise<(string | null)[]> {
    const app = createApp({ current: sumModel() }, { metrics: createMetrics(), access });
    const asked = await app.request("/invocations", { method: "OPTIONS", headers: { ...preflight, origin } });
    const answered = await app.request("/ping", { headers: { origin } });
    return [asked, answered].map(({ headers }) => headers.get("access-control-allow-origin"));
  }

  it("may not ask by default", async () => {
    expect(await allowed({}, "https://app.example")).toEqual([null, null]);
  });

  it("may ask when their origin is one of those that were named, keys or not", async () => {
    const access = { corsOrigins: ["https://app.example"], findKey };
    expect(await allowed(access, "https://app.example")).toEqual(["https://app.example", "https://app.example"]);
    expect(await allowed(access, "https://other.example")).toEqual([null, null]);
  });
});
