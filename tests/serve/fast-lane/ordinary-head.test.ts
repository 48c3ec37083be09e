import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/serve/connection/limits.js";
import { parseOrdinaryHead } from "../../../src/serve/fast-lane/ordinary-head.js";

const LIMITS = { ...DEFAULT_LIMITS, connections: 10, headers: 6, headerBytes: 1000 };
const LINE = "POST /invocations HTTP/1.1";
const USUAL = ["Host: localhost:8080", "Content-Length: 12"];

function parse(lines: readonly string[], line = LINE) {
  return parseOrdinaryHead([line, ...lines, "", ""].join("\r\n"), LIMITS);
}

describe("an ordinary head", () => {
  it("is read", () => {
    const more = ["content-type:application/json ;charset=utf-8 \t", "ACCEPT: */*", "X-Request-ID: a b", "x-empty:"];
    expect(parse([...USUAL, ...more])).toEqual({
      host: "localhost:8080",
      contentLength: 12,
      contentType: "application/json ;charset=utf-8",
      accept: "*/*",
      requestId: "a b",
    });
  });

  it("may say little", () => {
    const [, length = ""] = USUAL;
    expect(parse([length, "Host: [::1]", "Connection: Keep-Alive"])).toEqual({
      host: "[::1]",
      contentLength: 12,
      contentType: "",
      accept: "",
      requestId: undefined,
    });
  });
});

describe("no ordinary head", () => {
  it.each([
    { name: "another target", line: "POST /invocations/ HTTP/1.1" },
    { name: "a query", line: "POST /invocations?a HTTP/1.1" },
    { name: "another method", line: "PUT /invocations HTTP/1.1" },
    { name: "another version", line: "POST /invocations HTTP/1.0" },
    { name: "two blanks", line: "POST  /invocations HTTP/1.1" },
    { name: "a blank at the end", line: "POST /invocations HTTP/1.1 " },
    { name: "no Host", lines: ["Content-Length: 12"] },
    { name: "no length", lines: ["Host: a"] },
    { name: "a length of no number", lines: ["Host: a", "Content-Length: +12"] },
    { name: "a length with a zero before it", lines: ["Host: a", "Content-Length: 012"] },
    { name: "a length beyond all limits", lines: ["Host: a", "Content-Length: 1234567890"] },
    { name: "two lengths", lines: [...USUAL, "content-length: 12"] },
    { name: "two equal headers", lines: [...USUAL, "X-A: 1", "x-a: 1"] },
    { name: "a host with a path", lines: ["Host: a/b", "Content-Length: 12"] },
    { name: "a connection that closes", lines: [...USUAL, "Connection: close"] },
    { name: "a connection of several words", lines: [...USUAL, "Connection: keep-alive, x-a"] },
    { name: "chunks", lines: [...USUAL, "Transfer-Encoding: chunked"] },
    { name: "an upgrade", lines: [...USUAL, "Upgrade: h2c"] },
    { name: "an expectation", lines: [...USUAL, "Expect: 100-continue"] },
    { name: "a compressed body", lines: [...USUAL, "Content-Encoding: gzip"] },
    { name: "a time of its own", lines: [...USUAL, "X-Request-Timeout: 1s"] },
    { name: "a blank before the colon", lines: [...USUAL, "X-A : 1"] },
    { name: "a folded line", lines: [...USUAL, "X-A: 1", " 2"] },
    { name: "no name", lines: [...USUAL, ": 1"] },
    { name: "no colon", lines: [...USUAL, "X-A"] },
    { name: "a control character", lines: [...USUAL, "X-A: 1\u00002"] },
    { name: "a bare carriage return", lines: [...USUAL, "X-A: 1\r2"] },
    { name: "a bare line feed", lines: [...USUAL, "X-A: 1\n2"] },
    { name: "a character beyond ASCII", lines: [...USUAL, "X-A: \u00e9"] },
    { name: "too many lines", lines: [...USUAL, ...Array.from({ length: 5 }, (_, i) => `X-${i}: a`)] },
    { name: "too many bytes", lines: [...USUAL, `X-A: ${"a".repeat(1000)}`] },
  ])("has $name", ({ line = LINE, lines = USUAL }) => {
    expect(parse(lines, line)).toBeUndefined();
  });

  it("is one that goes on", () => {
    expect(parseOrdinaryHead(`${LINE}\r\n${USUAL.join("\r\n")}\r\n`, LIMITS)).toBeUndefined();
  });
});
