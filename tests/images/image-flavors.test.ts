import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openModel } from "../../src/format/open-model.js";
import { imageFlavors } from "../../src/images/image-flavors.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = useTemporaryFolder();

describe("the flavors that an image needs", () => {
  it.each([
    { name: "a function alone", besides: [], flavors: ["js_function"] },
    { name: "a function beside a graph", besides: ["examples/topics/model.onnx"], flavors: ["js_function", "onnx"] },
    {
      name: "a function beside a model of TensorFlow.js",
      besides: ["examples/tfjs/web_model/model.json"],
      flavors: ["js_function", "tfjs"],
    },
  ])("are $flavors for $name", async ({ besides, flavors }) => {
    cpSync(join(ROOT, "tests/fixtures/models/py_sum"), folder.path, { recursive: true });
    mkdirSync(folder.at("data"));
    for (const file of besides) cpSync(join(ROOT, file), folder.at("data", file.split("/").at(-1) ?? ""));
    await using model = await openModel(folder.path);
    expect(await imageFlavors(model, "js_function")).toEqual(flavors);
  });

  it("are that of a model that opens no others", async () => {
    await using model = await openModel(join(ROOT, "examples/iris/model"));
    expect(await imageFlavors(model, "onnx")).toEqual(["onnx"]);
  });
});
