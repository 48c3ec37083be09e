import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, ROOT, type Workplace } from "../e2e/built-cli.js";
import { runPython } from "./python.js";

interface Recipe {
  /** Heading of the section in docs/export.md. */
  readonly section: string;
  /** Which of its Python blocks. */
  readonly block: number;
  /** What the block leaves to be packed: a file or a folder. */
  readonly leaves: string;
  /** Output of the graph that holds the model's own prediction. */
  readonly output: string;
  /** Python for the rows to predict, and for the body of the request that carries them. */
  readonly rows: string;
  readonly body: string;
  /** The Python package without which the recipe is skipped: too large to be among the requirements. */
  readonly needs?: "torch" | "tensorflow";
  /** Python that stands before the block. */
  readonly before?: string;
  /** Runs the `python` line of the section's shell block after the Python block. */
  readonly shell?: true;
}

const MATRIX = '{"inputs": np.asarray(rows).tolist()}';

const RECIPES: readonly Recipe[] = [
  { section: "scikit-learn", block: 0, leaves: "iris.onnx", output: "label", rows: "X[::40]", body: MATRIX },
  {
    section: "scikit-learn",
    block: 1,
    leaves: "price.onnx",
    output: "variable",
    rows: "frame",
    body: '{"inputs": {name: frame[[name]].to_numpy(dtype=object).tolist() for name in frame}}',
  },
  {
    section: "XGBoost",
    block: 0,
    leaves: "diabetes.onnx",
    output: "variable",
    rows: "data.data[:5].to_numpy()",
    body: MATRIX,
  },
  {
    section: "LightGBM",
    block: 0,
    leaves: "iris_lightgbm.onnx",
    output: "label",
    rows: "data.data[::40]",
    body: MATRIX,
  },
  {
    section: "PyTorch",
    block: 0,
    leaves: "resnet",
    output: "logits",
    rows: "np.random.default_rng(1).random((2, 3, 224, 224), dtype=np.float32)",
    body: MATRIX,
    needs: "torch",
    before: `import torch
class Net(torch.nn.Sequential):
    def predict(self, rows):
        return self(torch.tensor(rows)).detach().numpy()
pool = [torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Dropout(), torch.nn.Linear(16, 5)]
model = Net(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), *pool)
`,
  },
  {
    section: "Keras and TensorFlow",
    block: 0,
    leaves: "model.onnx",
    output: "output_0",
    rows: "np.random.default_rng(1).random((3, 4), dtype=np.float32)",
    body: MATRIX,
    needs: "tensorflow",
    shell: true,
  },
  {
    section: "Keep column names and an example: save with MLflow",
    block: 0,
    leaves: "diabetes",
    output: "variable",
    rows: "frame.head(5)",
    body: '{"dataframe_split": rows.to_dict("split")}',
  },
];

const guide = readFileSync(join(ROOT, "docs/export.md"), "utf8");

/** The blocks of one language in a section. */
function blocksOf(section: string, language: string): string[] {
  const text = guide.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, code = ""]) =>
    name === language ? [code] : [],
  );
}

/** The block as it stands, then the request for some rows and what the model itself predicts for them. */
function scriptOf({ section, block, rows, body, before = "", shell }: Recipe): string {
  const code = blocksOf(section, "python")[block];
  if (code === undefined) throw new Error(`docs/export.md has no Python block ${block} under ${section}`);
  const command =
    shell === true
      ? blocksOf(section, "sh")
          .join("")
          .match(/^python (-m .*)$/m)?.[1]
      : undefined;
  if (shell === true && command === undefined) throw new Error(`docs/export.md has no python line under ${section}`);
  return `${before}${code}
import json, subprocess, sys
${command === undefined ? "" : `subprocess.run([sys.executable, *"${command}".split()], check=True)`}
import numpy as np
rows = ${rows}
own = np.asarray(model.predict(rows)).tolist()
print("\\n" + json.dumps({"body": ${body}, "own": own}))
`;
}

/** The section's `mlserve pack` line for the file, else the plain one that the page gives for every bare file. */
function packCommandOf({ section, leaves }: Recipe): string[] {
  const commands = blocksOf(section, "sh").flatMap((block) => block.trim().split("\n"));
  const command = commands.find((line) => line.startsWith(`mlserve pack ${leaves} `));
  return (command ?? `mlserve pack ${leaves} -o ${leaves.replace(".onnx", "")}.tar.gz`).split(" ").slice(1);
}

/** Predictions come as a record for each row or as one tensor for each output. */
function pick(predictions: unknown, output: string): unknown[] {
  const of = (value: unknown): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, output) : value;
  const values = Array.isArray(predictions) ? predictions.map(of) : of(predictions);
  return Array.isArray(values) ? values.flat() : [values];
}

let workplace: Workplace;
const present = new Set<string>();
beforeAll(async () => {
  workplace = openWorkplace();
  const names = RECIPES.flatMap(({ needs }) => needs ?? []);
  const find = "import importlib.util, sys; print(*filter(importlib.util.find_spec, sys.argv[1:]))";
  for (const name of (await runPython(["-c", find, ...names])).trim().split(" ")) present.add(name);
});
afterAll(() => workplace[Symbol.dispose]());

describe("docs/export.md leads from a trained model to a package that predicts as the model does", () => {
  it.for(RECIPES)("$section: $leaves", async (recipe, { skip }) => {
    const { needs } = recipe;
    skip(needs !== undefined && !present.has(needs), `the Python package ${needs} is not installed`);
    const { cwd } = workplace;
    writeFileSync(join(cwd, "recipe.py"), scriptOf(recipe));
    const said = await runPython(["recipe.py"], { cwd });
    const { body, own } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
    writeFileSync(join(cwd, "request.json"), JSON.stringify(body));

    const pack = packCommandOf(recipe);
    expect(await workplace.run(pack)).toMatchObject({ code: 0 });
    const predicted = await workplace.run(["predict", pack.at(-1) ?? "", "-i", "request.json"]);
    expect(predicted).toMatchObject({ code: 0 });
    const values = pick(JSON.parse(predicted.stdout).predictions, recipe.output);
    expect(values.length).toBeGreaterThan(3);
    expect(values).toEqual(own.flat().map((value: number) => expect.closeTo(value, 2)));
  });
});
