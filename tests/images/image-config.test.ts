import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Model } from "../../src/format/model.js";
import { openModel } from "../../src/format/open-model.js";
import { type ImageOptions, imageSettings } from "../../src/images/image-config.js";

const MODELS = join(import.meta.dirname, "..", "fixtures", "models");
const OPTIONS: ImageOptions = { platform: "linux/amd64", user: "65532:65532", port: 8080, env: [], label: [] };

async function settingsOf(changes: Partial<ImageOptions>, name = "py_sum"): Promise<ReturnType<typeof imageSettings>> {
  await using model = await openModel(join(MODELS, name));
  return imageSettings(model, "ab".repeat(32), { ...OPTIONS, ...changes });
}

describe("the settings of an image", () => {
  it("tell the model in labels", async () => {
    const { labels } = await settingsOf({ label: [["team", "forecast"]] });
    expect(labels).toMatchObject({
      "org.opencontainers.image.title": "py_sum",
      "io.github.mlserve.model.digest": `sha256:${"ab".repeat(32)}`,
      "io.github.mlserve.model.flavors": "js_function,python_function",
      team: "forecast",
    });
    expect(JSON.parse(labels["io.github.mlserve.model.signature"] ?? "")).toHaveProperty("inputs");
  });

  it("give the port in the variable that platforms overrule", async () => {
    const { env, port } = await settingsOf({ port: 9000, env: [["MLSERVE_WORKERS", "2"]] });
    expect(env).toEqual({ NODE_ENV: "production", MLSERVE_HOST: "0.0.0.0", PORT: "9000", MLSERVE_WORKERS: "2" });
    expect(port).toBe(9000);
  });

  it("name the flavor that was asked for", async () => {
    expect((await settingsOf({ useFlavor: "js_function" })).env.MLSERVE_USE_FLAVOR).toBe("js_function");
  });

  it.each<[string, Partial<ImageOptions>, RegExp]>([
    ["a line's end in a label", { label: [["a", "b\nRUN c"]] }, /^--label "a": holds a control character/],
    ["half a character in a label", { label: [["a", "\ud800"]] }, /^--label "a": is no well-formed text/],
    ["a label with a quote in its name", { label: [['a"', "b"]] }, /a label's name has letters/],
    ["an empty label's name", { label: [["", "b"]] }, /a label's name has letters/],
    ["a variable with a dash in its name", { env: [["A-B", "c"]] }, /a variable's name has letters/],
    ["a line's end in a variable", { env: [["A", "\r"]] }, /^--env "A": holds a control character/],
    ["a user with a space", { user: "a b" }, /^--user: expected a user/],
    ["a user with a line's end", { user: "0\nRUN a" }, /^--user: expected a user/],
  ])("refuse %s", async (_, changes, message) => {
    await expect(settingsOf(changes)).rejects.toThrow(message);
  });

  it("refuse a model whose name no Dockerfile can hold", async () => {
    await using model = await openModel(join(MODELS, "py_sum"));
    const named: Model = { ...model, name: "a\nRUN b" };
    expect(() => imageSettings(named, "ab", OPTIONS)).toThrow(/of the model: holds a control character/);
  });
});
