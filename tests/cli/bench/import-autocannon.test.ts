import { describe, expect, it } from "vitest";
import { importAutocannon } from "../../../cli/bench/import-autocannon.js";

describe("importAutocannon", () => {
  it("loads it", async () => {
    expect(await importAutocannon()).toBeTypeOf("function");
  });

  it.each([
    { code: "ERR_MODULE_NOT_FOUND", reason: "the package autocannon is not installed" },
    { code: "ERR_DLOPEN_FAILED", reason: "the package autocannon cannot be loaded" },
  ])("says how to install it after $code", async ({ code, reason }) => {
    const load = async () => {
      throw Object.assign(new Error("no"), { code });
    };
    await expect(importAutocannon(load)).rejects.toThrow(
      expect.objectContaining({
        kind: "flavor_unavailable",
        message: `${reason}. mlserve bench sends its requests with it. Install it with: npm install autocannon`,
      }),
    );
  });
});
