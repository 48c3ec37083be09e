import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runtimeLayer } from "../../src/images/runtime-files.js";

const OWN = ["/opt/mlserve/runtime.mjs", "/opt/mlserve/licenses.txt"];

async function pathsOf(flavors: readonly string[], platform: "linux/amd64" | "linux/arm64"): Promise<string[]> {
  const { files } = await runtimeLayer({ flavors, platform });
  for (const { source } of files) expect(typeof source === "string" && existsSync(source)).toBe(true);
  return files.map(({ path }) => path);
}

describe("the runtime layer", () => {
  it.each([
    { platform: "linux/amd64", folder: "linux/x64" },
    { platform: "linux/arm64", folder: "linux/arm64" },
  ] as const)("has onnxruntime's libraries for $platform and no other", async ({ platform, folder }) => {
    const [runtime, licenses, ...native] = await pathsOf(["onnx"], platform);
    expect([runtime, licenses]).toEqual(OWN);
    expect(native.length).toBeGreaterThan(1);
    for (const path of native) expect(path).toMatch(new RegExp(`^/opt/mlserve/bin/napi-v\\d+/${folder}/[^/]+$`));
  });

  it("has TensorFlow.js for models of it", async () => {
    expect(await pathsOf(["tfjs"], "linux/amd64")).toEqual([
      ...OWN,
      "/opt/mlserve/runtime-tfjs.mjs",
      "/opt/mlserve/tfjs-backend-wasm-simd.wasm",
      "/opt/mlserve/tfjs-backend-wasm.wasm",
    ]);
  });

  it("has nothing but mlserve for a function", async () => {
    expect(await pathsOf(["js_function"], "linux/arm64")).toEqual(OWN);
  });

  it("refuses a flavor of a user's", async () => {
    await expect(pathsOf(["mine"], "linux/amd64")).rejects.toMatchObject({
      kind: "unsupported_model",
      reason: "an image can only hold models of the built-in flavors",
    });
  });
});
