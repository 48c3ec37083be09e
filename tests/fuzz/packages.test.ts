import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT, MlserveError } from "../../src/core/errors.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { openModel } from "../../src/format/open-model.js";
import { pack } from "../../src/pack/pack.js";
import { validateModel } from "../../src/pack/validate.js";
import { loadModel } from "../../src/serve/load.js";
import { modelPath } from "../support/golden.js";
import { fuzz } from "./run.js";

const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
let folder: string;
let packages: Buffer[];

const FUNCTION = "export default (rows) => rows.map(({ a, b }) => a + b);\n";

/** Folders of models to change parts of, by their names. */
const MODELS: Readonly<Record<string, (to: string) => void>> = {
  tfjs: (to) => {
    cpSync(join(import.meta.dirname, "../../examples/tfjs/web_model"), to, { recursive: true });
    writeFileSync(join(to, "MLmodel"), "flavors: { tfjs: { model: model.json } }\n");
  },
  function: (to) => {
    cpSync(modelPath("py_sum"), to, { recursive: true });
    writeFileSync(join(to, "predict.mjs"), FUNCTION);
  },
};

function copyModel(name: string): string {
  const to = mkdtempSync(join(folder, "changed-"));
  const make = MODELS[name] ?? ((place) => cpSync(modelPath(name), place, { recursive: true }));
  make(to);
  return to;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-fuzz-"));
  mkdirSync(join(folder, "tmp"));
  packages = await Promise.all(
    ["iris_zipmap", "tfjs", "function"].map(async (model) => {
      const output = join(folder, `${model}.tar`);
      await pack({ source: copyModel(model), output, flavors, selfTest: false });
      return readFileSync(output);
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One line that blames the model or the machine, not us, and nothing left behind. */
async function expectClean(work: () => Promise<unknown>): Promise<void> {
  const temporary = join(folder, "tmp");
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(MlserveError);
    if (!(error instanceof MlserveError)) throw error;
    expect([EXIT.model, EXIT.environment, EXIT.failure], error.message).toContain(error.exitCode);
    expect(error.kind, error.message).not.toBe("internal");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  }
  expect(readdirSync(temporary)).toEqual([]);
}

describe("a package", () => {
  it.each(["tar", "tar.gz"])("(%s) is opened or refused, whatever it holds, and leaves nothing", async (ending) => {
    const file = join(folder, `input.${ending}`);
    const tried = await fuzz({
      name: `package ${ending}`,
      samples: packages,
      attempt: async (input, random) => {
        const whole = ending === "tar" ? input : gzipSync(input, { level: 1 });
        // Now and then the compressed bytes are what is broken.
        writeFileSync(file, random(4) === 0 ? whole.subarray(0, random(whole.length)) : whole);
        await expectClean(async () => {
          await using _model = await openModel(file, { temporaryFolder: join(folder, "tmp") });
        });
      },
    });
    expect(tried).toBeGreaterThan(10);
  });

  it.each([
    { model: "iris_zipmap", part: "MLmodel" },
    { model: "tensor_dtypes", part: "MLmodel" },
    { model: "py_sum", part: "MLmodel" },
    { model: "iris_zipmap", part: "model.onnx" },
    { model: "onnx_log", part: "model.onnx" },
    { model: "iris_zipmap", part: "input_example.json" },
    { model: "tfjs", part: "MLmodel" },
    { model: "tfjs", part: "model.json" },
    { model: "tfjs", part: "weights.bin" },
    { model: "function", part: "MLmodel" },
  ])("whose $part ($model) was changed is looked through to its end", async ({ model, part }) => {
    const changed = copyModel(model);
    const tried = await fuzz({
      name: `part ${model} ${part}`,
      samples: [readFileSync(join(changed, part))],
      attempt: async (input) => {
        writeFileSync(join(changed, part), input);
        await expectClean(() => validateModel(changed, { flavors, temporaryFolder: join(folder, "tmp") }));
      },
    });
    expect(tried).toBeGreaterThan(10);
  });

  it.each([
    { model: "tfjs", part: "model.json" },
    { model: "tfjs", part: "weights.bin" },
  ])("whose $part ($model) was changed is loaded or refused", async ({ model, part }) => {
    const changed = copyModel(model);
    const tried = await fuzz({
      name: `loaded ${model} ${part}`,
      samples: [readFileSync(join(changed, part))],
      attempt: async (input) => {
        writeFileSync(join(changed, part), input);
        await expectClean(async () => {
          await using _served = await loadModel(changed, { flavors });
        });
      },
    });
    expect(tried).toBeGreaterThan(0);
  });

  it.each([
    { model: "housing_cols", part: "model.onnx" },
    { model: "onnx_log", part: "model.onnx" },
    { model: "function", part: "predict.mjs" },
  ])("whose $part ($model) was changed is loaded by a worker, or costs no more than it", async ({ model, part }) => {
    const changed = copyModel(model);
    const temporaryFolder = join(folder, "tmp");
    const tried = await fuzz({
      name: `worker ${model} ${part}`,
      samples: [readFileSync(join(changed, part))],
      slowMs: 20_000,
      attempt: async (input) => {
        writeFileSync(join(changed, part), input);
        await expectClean(async () => {
          await using opened = await openModel(changed, { temporaryFolder, privateCopy: true });
          const options = { flavors, isolation: "process", workers: 1, loadTimeoutMs: 10_000 } as const;
          await using _served = await loadModel(opened, options);
        });
      },
    });
    expect(tried).toBeGreaterThan(0);
  });
});
