import { describe, expect, it } from "vitest";
import { importRuntime } from "../../../src/flavors/onnx/runtime.js";
import { failureOf } from "../../support/onnx-folder.js";

/** An import that fails as Node's does. */
const failing = (message: string, code: string) => async () => {
  throw Object.assign(new Error(message), { code });
};

describe("importRuntime", () => {
  it("tells the runtime's version and what it was built with", async () => {
    const runtime = await importRuntime();
    expect(runtime.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(runtime.backends).toContain("cpu");
  });

  it.each([
    [
      "the package is missing",
      failing("Cannot find package 'onnxruntime-node' imported from /home/me/x.js", "ERR_MODULE_NOT_FOUND"),
      "the package onnxruntime-node is not installed. Install it with: npm install onnxruntime-node",
    ],
    [
      "the package has no library for the platform",
      failing("Cannot find module '../bin/napi-v6/sunos/x64/onnxruntime_binding.node'", "MODULE_NOT_FOUND"),
      /^onnxruntime-node has no library for \w+-\w+\. It has them for Linux and Windows on x64 and arm64, and for macOS on arm64/,
    ],
    [
      "the library does not load",
      failing("/home/me/libonnxruntime.so.1: version `GLIBC_2.38' not found", "ERR_DLOPEN_FAILED"),
      /^the native library of onnxruntime-node cannot be loaded\. On Linux it needs glibc/,
    ],
  ])("says what to do when %s", async (_, load, message) => {
    const error = await failureOf(importRuntime(load));
    expect(error.kind).toBe("flavor_unavailable");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("/home");
  });
});

describe("onnxruntime's reports of usage", () => {
  it("are turned off before it is loaded", async () => {
    const before = process.env.ORT_DISABLE_TELEMETRY;
    delete process.env.ORT_DISABLE_TELEMETRY;
    let seen: string | undefined;
    await importRuntime(async () => {
      seen = process.env.ORT_DISABLE_TELEMETRY;
      return import("onnxruntime-node");
    });
    expect(seen).toBe("1");
    if (before !== undefined) process.env.ORT_DISABLE_TELEMETRY = before;
  });
});
