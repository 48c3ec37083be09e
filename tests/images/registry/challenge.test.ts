import { describe, expect, it } from "vitest";
import { parseChallenge } from "../../../src/images/registry/challenge.js";
import { parseRetryAfter } from "../../../src/images/registry/retry.js";

const REALM = "https://auth.example/token";

describe("a challenge", () => {
  it.each([
    {
      header: `Bearer realm="${REALM}",service="registry.example",scope="repository:a:pull"`,
      challenge: { scheme: "bearer", realm: REALM, service: "registry.example" },
    },
    { header: `bearer realm=${REALM}`, challenge: { scheme: "bearer", realm: REALM, service: undefined } },
    { header: `Basic realm="x", Bearer realm="${REALM}"`, challenge: { scheme: "bearer", realm: REALM } },
    { header: `Bearer service="a, b", realm="${REALM}"`, challenge: { realm: REALM, service: "a, b" } },
    { header: 'Basic realm="Registry"', challenge: { scheme: "basic" } },
    { header: 'Bearer service="x"', challenge: undefined },
    { header: "Negotiate", challenge: undefined },
    { header: "", challenge: undefined },
  ])("is read from $header", ({ header, challenge }) => {
    if (challenge === undefined) expect(parseChallenge(header)).toBeUndefined();
    else expect(parseChallenge(header)).toMatchObject(challenge);
  });
});

describe("the time to wait", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  it.each([
    { header: "3", ms: 3000 },
    { header: "Thu, 01 Jan 2026 00:00:02 GMT", ms: 2000 },
    { header: "Wed, 31 Dec 2025 00:00:00 GMT", ms: 0 },
    { header: "soon", ms: undefined },
    { header: null, ms: undefined },
  ])("is read from $header", ({ header, ms }) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });
});
