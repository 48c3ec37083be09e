import { describe, expect, it } from "vitest";
import {
  attribute,
  ELEMENT,
  graph,
  identity,
  message,
  node,
  onnxModel,
  tensorType,
  value,
} from "../../support/onnx-builder.js";
import { predict, refusalOf, tensors, withPredictor } from "../../support/onnx-folder.js";

const call = (operator: string, input: string, output: string): Uint8Array =>
  node({ operator, domain: "test", inputs: [input], outputs: [output] });

function definition(name: string, ...nodes: readonly Uint8Array[]): Uint8Array {
  const opsets = [message([2, 17]), message([1, "test"], [2, 1])];
  return message(
    [1, name],
    [4, "a"],
    [5, "c"],
    ...nodes.map((each) => [7, each] as const),
    ...opsets.map((each) => [9, each] as const),
    [10, "test"],
  );
}

function modelOf(functions: readonly Uint8Array[]): Uint8Array {
  return onnxModel({
    nodes: [call("F0", "x", "y")],
    inputs: [value("x", tensorType(ELEMENT.float32, ["N"]))],
    outputs: [value("y", tensorType(ELEMENT.float32, ["N"]))],
    functions,
    opsets: { "": 17, test: 1 },
  });
}

/** Each function calls the next one twice. */
function doubling(levels: number): Uint8Array {
  const calls = Array.from({ length: levels }, (_, i) =>
    definition(`F${i}`, call(`F${i + 1}`, "a", "b"), call(`F${i + 1}`, "b", "c")),
  );
  return modelOf([...calls, definition(`F${levels}`, identity("a", "c"))]);
}

describe("functions of a model", () => {
  it("take the place of the nodes that call them", async () => {
    const x = { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) } as const;
    const answer = await withPredictor({ "model.onnx": doubling(4) }, (predictor) =>
      predict(predictor, tensors({ x })),
    );
    expect(answer.get("y")).toEqual(x);
  });

  const branch = graph({ nodes: [call("F0", "a", "t")] });
  it.each([
    ["calls that double forty times", doubling(40), "unfold to more than 1000000 nodes"],
    ["one that calls itself", modelOf([definition("F0", call("F0", "a", "c"))]), "calls itself"],
    [
      "two that call each other",
      modelOf([definition("F0", call("F1", "a", "c")), definition("F1", call("F0", "a", "c"))]),
      "calls itself",
    ],
    [
      "one that calls itself from a branch",
      modelOf([
        definition(
          "F0",
          node({ operator: "If", inputs: ["a"], outputs: ["c"], attributes: [attribute.graph("then_branch", branch)] }),
        ),
      ]),
      "calls itself",
    ],
    [
      "calls as deep as an attack",
      modelOf(Array.from({ length: 200 }, (_, i) => definition(`F${i}`, call(`F${i + 1}`, "a", "c")))),
      "nested too deep",
    ],
  ])("are refused before the runtime unfolds them: %s", async (_, model, reason) => {
    const error = await refusalOf({ "model.onnx": model });
    expect([error.kind, error.message]).toEqual(["unsupported_model", expect.stringContaining(reason)]);
  });
});
