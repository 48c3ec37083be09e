import { describe, expect, it } from "vitest";
import { toRequestId } from "../../src/http/request-id.js";

describe("toRequestId", () => {
  it("repeats an id that is safe in a header and a log", () => {
    expect(toRequestId("00-4bf92f3577b34da6a3ce929d0e0e4736")).toBe("00-4bf92f3577b34da6a3ce929d0e0e4736");
  });

  it.each([undefined, null, "", "a b", "line\nbreak", "x".repeat(129), "\u001b[31m"])(
    "makes a new one for %j",
    (header) => {
      expect(toRequestId(header)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
