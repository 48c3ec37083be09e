import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { tfjsFlavor } from "../../src/flavors/tfjs/flavor.js";
import { pack } from "../../src/pack/pack.js";
import { withFolder } from "../support/onnx-folder.js";
import { LOOP } from "../support/tfjs-models.js";
import { describeFlavor } from "./flavor.js";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = await mkdtemp(join(tmpdir(), "mlserve-tfjs-"));
afterAll(() => rm(folder, { recursive: true }));

/** The package of a folder with a model.json. */
async function packed(source: string, name: string): Promise<string> {
  const output = join(folder, `${name}.tar`);
  await pack({ source, output, flavors: createFlavorRegistry([tfjsFlavor]) });
  return output;
}

const spirals = await packed(join(ROOT, "examples/tfjs/web_model"), "spirals");
const faces = await packed(join(ROOT, "tests/fixtures/tfjs/face-short"), "faces");
const loop = await withFolder(LOOP, (source) => packed(source, "loop"));
const request = await readFile(join(ROOT, "examples/tfjs/request.json"), "utf8");

/** One of the pictures of a batch, all of one value. */
const picture = (value: number): readonly unknown[] => Array(128).fill(Array(128).fill(Array(3).fill(value)));

describeFlavor({
  flavor: tfjsFlavor,
  badConfigs: [
    { block: { model: 1 }, field: "model" },
    { block: { model: "" }, field: "model" },
    { block: { backend: "webgl" }, field: "backend" },
  ],
  models: [
    {
      source: spirals,
      needs: ["model.json", "weights.bin"],
      requests: [{ body: request }, { body: { inputs: { point: [[0.1, 0.2]] } } }],
      refused: [{ inputs: [[1, 2, 3]] }, { inputs: [["a", "b"]] }],
    },
    {
      source: faces,
      needs: ["model.json", "facemesh-detection-short.bin"],
      requests: [{ body: { inputs: [picture(0.5), picture(0.25)] } }, { body: { inputs: [picture(1)] } }],
      refused: [{ inputs: [[1]] }],
    },
    {
      source: loop,
      needs: ["model.json", "weights.bin"],
      requests: [
        {
          body: {
            inputs: {
              x: [[3, 4]],
              m: [
                [0, 1],
                [1, 0],
              ],
            },
          },
          predictions: { last: [[4, 3]], all: [[[4, 3]], [[3, 4]], [[4, 3]]] },
        },
      ],
      refused: [
        {
          inputs: {
            x: [[3, 4]],
            m: [
              [0, 1, 2],
              [1, 0, 2],
            ],
          },
        },
        { inputs: { x: [[3, 4]] } },
      ],
    },
  ],
});
