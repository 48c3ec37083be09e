import { describe, expect, it } from "vitest";
import { ELEMENT, identity, node, onnxModel, tensor, tensorType, value } from "../../support/onnx-builder.js";
import { failureOf, loadFolder, withFolder } from "../../support/onnx-folder.js";

const x = value("x", tensorType(ELEMENT.float32, ["N", 2]));
const y = value("y", undefined);
const one = (operator: string, domain?: string): Uint8Array[] => [
  node({ operator, inputs: ["x"], outputs: ["y"], ...(domain === undefined ? {} : { domain }) }),
];

describe("a model that the runtime does not load", () => {
  it.each([
    [
      "a newer IR",
      onnxModel({ nodes: one("Identity"), inputs: [x], outputs: [y], irVersion: 99 }),
      "unsupported_model",
      /its IR version 99 is newer than the \d+ that/,
    ],
    [
      "a newer opset",
      onnxModel({ nodes: one("Identity"), inputs: [x], outputs: [y], opsets: { "": 99 } }),
      "unsupported_model",
      /its opset 99 of ai\.onnx is newer than the \d+ that/,
    ],
    [
      "an operator that ONNX does not have",
      onnxModel({ nodes: one("Foo"), inputs: [x], outputs: [y] }),
      "unsupported_model",
      /does not know its operator Foo/,
    ],
    [
      "an operator of a library",
      onnxModel({ nodes: one("Foo", "com.acme"), inputs: [x], outputs: [y], opsets: { "": 17, "com.acme": 1 } }),
      "unsupported_model",
      /does not know its operator com\.acme:Foo/,
    ],
    [
      "a value from nowhere",
      onnxModel({ nodes: [identity("z", "y")], inputs: [x], outputs: [y] }),
      "invalid_model",
      /^"model\.onnx": ONNX Runtime does not load the model: .*'z'/,
    ],
    [
      "types that do not fit",
      onnxModel({
        nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] })],
        inputs: [x],
        outputs: [y],
        initializers: [tensor("w", ELEMENT.int64, [1], BigInt64Array.of(1n))],
      }),
      "invalid_model",
      /ONNX Runtime does not load the model: .*Type/,
    ],
  ])("is refused in one line: %s", async (_, model, kind, message) => {
    await withFolder({ "model.onnx": model }, async (folder) => {
      const error = await failureOf(loadFolder(folder));
      expect(error.kind).toBe(kind);
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain(folder);
      expect(error.message).not.toContain("\n");
      expect(error.cause).toBeInstanceOf(Error);
    });
  });
});
