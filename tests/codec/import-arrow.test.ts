import { describe, expect, it } from "vitest";
import { importArrow } from "../../src/codec/import-arrow.js";

describe("importArrow", () => {
  it("gives what was imported", async () => {
    expect(await importArrow(async () => 42, "not_acceptable")).toBe(42);
  });

  it("says how to install what is not there", async () => {
    // A package of this name is nowhere: Node says so with the error that it has for apache-arrow.
    const missing = "apache-arrow-that-is-not-installed";
    await expect(importArrow(() => import(missing), "unsupported_media_type")).rejects.toMatchObject({
      kind: "unsupported_media_type",
      status: 415,
      message: expect.stringContaining("npm install apache-arrow"),
    });
  });

  it("passes on any other fault", async () => {
    await expect(importArrow(() => Promise.reject(new TypeError("broken")), "not_acceptable")).rejects.toThrow(
      TypeError,
    );
  });
});
