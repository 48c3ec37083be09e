import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { problemAnswer, problemResponse } from "../../src/http/problem.js";

describe("problemResponse", () => {
  it("tells a caller's error with its place and hint", async () => {
    const response = problemResponse(
      new MlserveError("cast_failed", "expected long, got null", {
        where: 'column "age", row 3',
        hint: "Send a number",
      }),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.json()).toEqual({
      error_code: "BAD_REQUEST",
      message: 'column "age", row 3: expected long, got null. Send a number',
    });
  });

  it.each([
    { name: "an error nobody expected", error: new TypeError("cannot read /home/me/model.onnx") },
    {
      name: "a fault of the machine",
      error: new MlserveError("file_system", "no space left", { where: "/tmp/private" }),
    },
    { name: "what is no error", error: "secret" },
  ])("tells nothing of $name", async ({ error }) => {
    const response = problemResponse(error);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error_code: "INTERNAL_ERROR",
      message: "the server failed to answer this request; its log says why",
    });
  });

  it("stays small whatever the message", async () => {
    const response = problemResponse(new MlserveError("schema_mismatch", "x".repeat(1_000_000)));
    expect((await response.arrayBuffer()).byteLength).toBeLessThan(4096);
  });

  it.each([
    { kind: "overloaded", connection: null },
    { kind: "body_not_taken", connection: "close" },
  ] as const)("tells when to try again what was $kind, and that this is no fault", ({ kind, connection }) => {
    const error = new MlserveError(kind, "too much at once", { retryAfterMs: 1200 });
    const { status, headers } = problemResponse(error);
    expect([status, headers.get("retry-after"), headers.get("connection")]).toEqual([503, "2", connection]);
    expect(problemAnswer(error).isFault).toBe(false);
    expect(problemAnswer(new Error("of ours")).isFault).toBe(true);
  });
});
