import { describe, expect, it } from "vitest";
import { requestTimeout } from "../../src/http/request-timeout.js";

describe("requestTimeout", () => {
  it.each([
    { header: null, server: 60_000, expected: 60_000 },
    { header: null, server: 0, expected: undefined },
    { header: "2", server: 60_000, expected: 2000 },
    { header: " 250ms ", server: 60_000, expected: 250 },
    { header: "0.5 s", server: 60_000, expected: 500 },
    { header: "5m", server: 60_000, expected: 60_000 },
    { header: "5m", server: 0, expected: 300_000 },
  ])("gives $expected for $header where the server allows $server", ({ header, server, expected }) => {
    expect(requestTimeout(header, server)).toBe(expected);
  });

  it.each(["", "0", "-1", "soon", "1e3", "NaN", "99999999h"])("refuses %j", (header) => {
    expect(() => requestTimeout(header, 60_000)).toThrow(expect.objectContaining({ kind: "invalid_body" }));
  });
});
