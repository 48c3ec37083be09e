import { describe, expect, it } from "vitest";
import { importEsbuild } from "../../../src/pack/function/import-esbuild.js";
import { failureOf } from "../../support/onnx-folder.js";

describe("importEsbuild", () => {
  it("says how to install esbuild where it is missing", async () => {
    const missing = async () => Promise.reject(Object.assign(new Error("no"), { code: "ERR_MODULE_NOT_FOUND" }));
    expect(await failureOf(importEsbuild(missing))).toMatchObject({
      kind: "flavor_unavailable",
      message:
        "the package esbuild is not installed. A function is bundled with it. Install it with: npm install esbuild",
    });
  });
});
