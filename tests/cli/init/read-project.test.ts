import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readProject } from "../../../cli/init/read-project.js";
import { TEMPLATES, type TemplateName } from "../../../cli/init/templates.js";

const read = (path: string): Buffer => readFileSync(new URL(`../../../${path}`, import.meta.url));
const OWN = JSON.parse(read("package.json").toString());

async function contentOf(template: TemplateName, file: string): Promise<string | Uint8Array | undefined> {
  return (await readProject(template, "mine")).find(({ name }) => name === file)?.content;
}

describe("a project's files", () => {
  it.each(Object.entries(TEMPLATES))(
    "of %s ask for the packages that mlserve is tested with",
    (_, { dependencies }) => {
      const tested = { ...OWN.devDependencies, ...OWN.dependencies };
      expect(Object.entries(dependencies).filter(([name, range]) => tested[name] !== range)).toEqual([]);
    },
  );

  it.each([
    { template: "onnx", file: "model.onnx", example: "iris/model/model.onnx" },
    { template: "tfjs", file: "model/model.json", example: "tfjs/web_model/model.json" },
    { template: "tfjs", file: "model/weights.bin", example: "tfjs/web_model/weights.bin" },
  ] as const)("have the model of the example $example, whose script made it", async ({ template, file, example }) => {
    expect(await contentOf(template, file)).toEqual(read(`examples/${example}`));
  });

  it("have no name left that npm does not pack", async () => {
    for (const template of ["function", "onnx", "tfjs"] as const) {
      const names = (await readProject(template, "mine")).map(({ name }) => name);
      expect(names.filter((name) => name.startsWith("_"))).toEqual([]);
      expect(await contentOf(template, "README.md")).not.toMatch(/PROJECT_NAME/);
    }
  });
});
