import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.js";
import { importRuntime, type TfPackages } from "../../../src/flavors/tfjs/runtime.js";
import { failureOf } from "../../support/onnx-folder.js";

const missing = async (): Promise<never> => {
  throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
};
const packages = (changes: Partial<TfPackages>): TfPackages => ({
  core: async () => tf,
  converter: () => import("@tensorflow/tfjs-converter"),
  layers: () => import("@tensorflow/tfjs-layers"),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  native: missing,
  ...changes,
});

describe("packages that are not installed", () => {
  it.each(["core", "converter", "layers", "wasm"] as const)(
    "are told, with the line that installs them: %s",
    async (name) => {
      const error = await failureOf(
        (async () => {
          const runtime = await importRuntime(silentLogger, packages({ [name]: missing }));
          await runtime.converter();
          await runtime.layers();
          await runtime.start("wasm");
        })(),
      );
      expect([error.kind, error.message]).toEqual([
        "flavor_unavailable",
        expect.stringMatching(/not installed.*npm install @tensorflow\/tfjs-core@4\.22 .*tfjs-backend-cpu@4\.22$/),
      ]);
    },
  );

  it("are not missed when it is native TensorFlow alone", async () => {
    expect((await importRuntime(silentLogger)).native).toBe(false);
  });
});

describe("the WebAssembly backend", () => {
  it("starts without a request and leaves the process its own listeners", async () => {
    const listeners = (): unknown[] => [
      ...process.rawListeners("uncaughtException"),
      ...process.rawListeners("unhandledRejection"),
    ];
    const before = listeners();
    const fetched: unknown[] = [];
    const realFetch = globalThis.fetch;
    globalThis.fetch = async (address) => {
      fetched.push(address);
      throw new Error("no network");
    };
    try {
      const runtime = await importRuntime(silentLogger, packages({}));
      await runtime.start("wasm");
      expect(runtime.core.getBackend()).toBe("wasm");
    } finally {
      globalThis.fetch = realFetch;
    }
    expect(fetched).toEqual([]);
    expect(listeners()).toEqual(before);
  });
});
