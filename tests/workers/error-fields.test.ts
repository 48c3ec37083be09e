import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { fromErrorFields, toErrorFields } from "../../src/workers/error-fields.js";

function transfer(error: unknown): MlserveError {
  return fromErrorFields(JSON.parse(JSON.stringify(toErrorFields(error))));
}

describe("an error that goes to another process", () => {
  it.each([
    {},
    { where: 'column "a"' },
    { hint: "Do something else" },
    { where: 'column "a"', hint: "Do something else" },
  ])("is the same there with %o", (options) => {
    const error = new MlserveError("cast_failed", "expected long", options);
    const { kind, message, reason, where, hint } = transfer(error);
    expect({ kind, message, reason, where, hint }).toEqual({
      kind: "cast_failed",
      message: error.message,
      reason: "expected long",
      where: error.where,
      hint: error.hint,
    });
  });

  it("takes the stack of its cause along", () => {
    const cause = new TypeError("the cause");
    expect((transfer(new MlserveError("model_failed", "it failed", { cause })).cause as Error).stack).toBe(cause.stack);
  });

  it("tells nothing but its stack when it is none of ours", () => {
    const error = new TypeError("a secret");
    expect(transfer(error)).toMatchObject({ kind: "internal", message: "an unexpected fault in a worker" });
    expect((transfer(error).cause as Error).stack).toBe(error.stack);
  });

  it.each([null, 1, {}, { kind: "none", message: "a" }, { kind: "toString", message: "a" }, { kind: "internal" }])(
    "is not believed as %o",
    (fields) => {
      expect(fromErrorFields(fields)).toMatchObject({
        kind: "internal",
        message: "a worker told an error that cannot be read",
      });
    },
  );
});
