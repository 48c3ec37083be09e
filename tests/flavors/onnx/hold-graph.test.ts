import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readOnnxGraph } from "../../../src/flavors/onnx/graph.js";
import { holdGraph } from "../../../src/flavors/onnx/hold-graph.js";
import { mutations } from "../../support/mutations.js";
import {
  attribute,
  ELEMENT,
  externalTensor,
  identity,
  node,
  onnxModel,
  tensor,
  tensorType,
  value,
} from "../../support/onnx-builder.js";
import { failureOf, withFolder } from "../../support/onnx-folder.js";

const TREES = resolve(import.meta.dirname, "../../fixtures/models/trees100/model.onnx");

/** 80 kB, no byte of which looks like the start of anything. */
const WEIGHTS = new Uint8Array(80_000).fill(0xaa);
const weights = (name: string): Uint8Array => tensor(name, ELEMENT.uint8, [WEIGHTS.length], WEIGHTS);

const X = value("x", tensorType(ELEMENT.float32, ["N", 3]));
const Y = value("y", tensorType(ELEMENT.float32, ["N", 3]));
const MODELS = {
  "weights in initializers": onnxModel({
    nodes: [identity("x", "y")],
    initializers: [weights("w"), externalTensor("e", [2], { location: "e.data", offset: "8" }), weights("v")],
    inputs: [X, value("w", tensorType(ELEMENT.uint8, [WEIGHTS.length]))],
    outputs: [Y],
  }),
  "weights in a constant": onnxModel({
    nodes: [
      node({ operator: "Constant", outputs: ["c"], attributes: [attribute.tensor("value", weights("c"))] }),
      identity("x", "y"),
    ],
    inputs: [X],
    outputs: [Y],
  }),
  "large lists in attributes": readFileSync(TREES),
};

/** What the graph says, or why it cannot be read. */
function read(bytes: Uint8Array): unknown {
  try {
    return readOnnxGraph(bytes, "model.onnx");
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe("holdGraph", () => {
  it.each(Object.entries(MODELS))("says of %s what the whole file says", async (_, bytes) => {
    await withFolder({ "model.onnx": bytes }, async (folder) => {
      const held = await holdGraph(join(folder, "model.onnx"), "model.onnx");
      expect(read(held.bytes)).toEqual(read(bytes));
      expect(typeof read(bytes)).toBe("object");
    });
  });

  it.each(["weights in initializers", "weights in a constant"] as const)("leaves out %s", async (name) => {
    await withFolder({ "model.onnx": MODELS[name] }, async (folder) => {
      const held = await holdGraph(join(folder, "model.onnx"), "model.onnx");
      expect(held.bytes.length).toBeLessThan(1000);
    });
  });

  it.each(["weights in initializers", "weights in a constant"] as const)(
    "says of damaged %s what the whole file says",
    async (name) => {
      const bytes = Buffer.from(MODELS[name]);
      const start = bytes.indexOf(WEIGHTS.subarray(0, 100));
      const [head, rest] = [bytes.subarray(0, start), bytes.subarray(start)];
      await withFolder({}, async (folder) => {
        const file = join(folder, "model.onnx");
        for (const damaged of mutations(head, 400)) {
          const whole = Buffer.concat([damaged, rest]);
          await writeFile(file, whole);
          const held = await holdGraph(file, "model.onnx");
          expect(read(held.bytes)).toEqual(read(whole));
        }
      });
    },
  );

  it("names the file that cannot be read, not its path", async () => {
    await withFolder({}, async (folder) => {
      const error = await failureOf(holdGraph(join(folder, "gone.onnx"), "gone.onnx"));
      expect([error.kind, error.message]).toEqual(["file_system", '"gone.onnx": the file cannot be read']);
    });
  });
});
