import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MlserveError } from "../../../src/core/errors.js";
import { readOnnxGraph } from "../../../src/flavors/onnx/graph.js";
import { nestedChoices } from "../../support/hostile-onnx.js";
import {
  attribute,
  ELEMENT,
  externalTensor,
  graph,
  identity,
  identityModel,
  message,
  node,
  onnxModel,
  TYPES,
  tensor,
  tensorType,
  value,
  zipMapModel,
  zipMapType,
} from "../../support/onnx-builder.js";

const read = (bytes: Uint8Array) => readOnnxGraph(bytes, "model.onnx");

function refusal(bytes: Uint8Array): { kind: string; message: string } {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof MlserveError) return { kind: error.kind, message: error.message };
    throw error;
  }
  throw new Error("the model was read");
}

const x = value("x", tensorType(ELEMENT.float32, ["N", 4]));
const y = value("y", tensorType(ELEMENT.float32, ["N", 4]));

describe("readOnnxGraph", () => {
  it("refuses a file that is an ONNX model to us and something else to the runtime", () => {
    const sound = identityModel(ELEMENT.float32, ["N"]);
    // A field that nobody reads, whose bytes are the mark of the runtime's own format.
    const disguised = Buffer.concat([message([100, "?ORTM"]), sound]);
    expect(disguised.subarray(4, 8).toString()).toBe("ORTM");
    expect(() => read(sound)).not.toThrow();
    expect(refusal(disguised)).toMatchObject({
      kind: "unsupported_model",
      message: expect.stringContaining("own format"),
    });
  });

  it("reads what a file says of itself", () => {
    const bytes = onnxModel({
      nodes: [identity("x", "y")],
      inputs: [x],
      outputs: [y],
      opsets: { "": 17, "ai.onnx.ml": 3 },
    });
    expect(read(bytes)).toMatchObject({
      file: "model.onnx",
      name: "g",
      irVersion: 8,
      producer: "mlserve tests",
      opsets: new Map([
        ["", 17],
        ["ai.onnx.ml", 3],
      ]),
      operators: new Set(["Identity"]),
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 4] }],
      outputs: [{ kind: "tensor", name: "y", dtype: "float32", shape: ["N", 4] }],
      externalData: [],
    });
  });

  it.each([
    ["no shape", undefined, undefined],
    ["no dimensions", [], []],
    ["a dimension without name and size", [undefined, 3], ["", 3]],
    ["a size of -1, as old exporters write it", [-1, 0], ["", 0]],
  ])("reads the shape of an input with %s", (_, shape, expected) => {
    expect(read(identityModel(ELEMENT.float32, shape)).inputs[0]?.shape).toEqual(expected);
  });

  it("does not ask for inputs that the file has initial values for", () => {
    const w = value("w", tensorType(ELEMENT.float32, [1]));
    const bytes = onnxModel({
      nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] })],
      inputs: [w, x],
      outputs: [y],
      initializers: [tensor("w", ELEMENT.float32, [1], new Float32Array([1]))],
    });
    expect(read(bytes).inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  it("collects the operators of subgraphs and functions too", () => {
    const branch = graph({ nodes: [node({ operator: "Foo", domain: "com.acme" })] });
    const definition = message([1, "F"], [7, node({ operator: "Neg", inputs: ["a"], outputs: ["b"] })]);
    const nodes = [node({ operator: "If", attributes: [attribute.graph("then_branch", branch)] })];
    const bytes = onnxModel({ nodes, inputs: [x], outputs: [y], functions: [definition] });
    expect([...read(bytes).operators].sort()).toEqual(["If", "Neg", "com.acme:Foo"]);
  });

  it("leaves the type of an output to the runtime when the file does not say it", () => {
    const bytes = onnxModel({ nodes: [identity("x", "y")], inputs: [x], outputs: [value("y", undefined)] });
    expect(read(bytes).outputs).toEqual([{ kind: "tensor", name: "y", dtype: undefined, shape: undefined }]);
  });

  it.each([
    ["integers", attribute.ints("classlabels_int64s", [-1, 2n ** 60n]), ["-1", "1152921504606846976"]],
    ["strings", attribute.strings("classlabels_strings", ["cat", "dög"]), ["cat", "dög"]],
  ])("finds the %s that a ZipMap gives its numbers", (_, labels, expected) => {
    expect(read(zipMapModel(labels)).outputs).toEqual([{ kind: "zip_map", name: "zipped", labels: expected }]);
  });

  it.each(Object.entries(ELEMENT).filter(([, type]) => type < ELEMENT.complex64))(
    "takes inputs and outputs of %s",
    (name, type) => {
      const { inputs, outputs } = read(identityModel(type, ["N"]));
      expect([inputs[0]?.dtype, outputs[0]]).toEqual([name, { kind: "tensor", name: "y", dtype: name, shape: ["N"] }]);
    },
  );

  it.each(Object.entries(ELEMENT).filter(([, type]) => type >= ELEMENT.complex64))(
    "refuses inputs and outputs of %s by name",
    (name, type) => {
      const typed = tensorType(type, ["N"]);
      const nodes = [node({ operator: "Cast", inputs: ["x"], outputs: ["y"] })];
      const input = refusal(onnxModel({ nodes, inputs: [value("x", typed)], outputs: [y] }));
      const output = refusal(onnxModel({ nodes, inputs: [x], outputs: [value("y", typed)] }));
      expect(input.kind).toBe("unsupported_model");
      expect(input.message).toContain(`the input "x" has the type ${name}, which onnxruntime-node does not take`);
      expect(output.kind).toBe("unsupported_model");
      expect(output.message).toContain(`the output "y" has the type ${name}, which onnxruntime-node does not return`);
    },
  );

  it.each([
    [
      "an input that is a sequence",
      onnxModel({ nodes: [identity("x", "y")], inputs: [value("x", TYPES.sequence)], outputs: [y] }),
      'the input "x" has the type sequence',
    ],
    [
      "an input that is optional",
      onnxModel({ nodes: [identity("x", "y")], inputs: [value("x", TYPES.optional)], outputs: [y] }),
      'the input "x" has the type optional',
    ],
    [
      "an output that is a sequence",
      onnxModel({ nodes: [identity("x", "y")], inputs: [x], outputs: [value("y", TYPES.sequence)] }),
      'the output "y" has the type sequence',
    ],
    [
      "an output that is sparse",
      onnxModel({ nodes: [identity("x", "y")], inputs: [x], outputs: [value("y", TYPES.sparse)] }),
      'the output "y" has the type sparse tensor',
    ],
    [
      "a ZipMap whose map another node uses",
      zipMapModel(attribute.ints("classlabels_int64s", [0, 1]), {
        nodes: [node({ operator: "SequenceLength", inputs: ["zipped"], outputs: ["n"] })],
      }),
      "another node of the graph uses",
    ],
    [
      "a ZipMap whose map a subgraph uses",
      zipMapModel(attribute.ints("classlabels_int64s", [0, 1]), {
        nodes: [
          node({
            operator: "If",
            attributes: [attribute.graph("then_branch", graph({ nodes: [identity("zipped", "z")] }))],
          }),
        ],
      }),
      "another node of the graph uses",
    ],
    [
      "a map that goes through another node",
      zipMapModel(attribute.ints("classlabels_int64s", [0, 1]), {
        outputs: [value("out", zipMapType())],
        nodes: [identity("zipped", "out")],
      }),
      'the output "out" has the type sequence',
    ],
    ["a ZipMap without labels", zipMapModel(attribute.ints("other", [1])), "without class labels"],
    [
      "a ZipMap with labels of two kinds",
      zipMapModel([attribute.ints("classlabels_int64s", [1]), attribute.strings("classlabels_strings", ["a"])]),
      "two lists of them",
    ],
    ["a graph without inputs", onnxModel({ nodes: [], outputs: [y] }), "no inputs"],
    ["a graph without outputs", onnxModel({ nodes: [], inputs: [x] }), "no outputs"],
    [
      "an input that a plain object cannot hold",
      onnxModel({ inputs: [value("__proto__", tensorType(ELEMENT.float32))], outputs: [y] }),
      "a name that onnxruntime-node cannot carry",
    ],
    ["choices within choices, twice as many in each level", nestedChoices(13), "it has more than 10,000 subgraphs"],
  ])("refuses %s as unsupported", (_, bytes, message) => {
    const refused = refusal(bytes);
    expect(refused.kind).toBe("unsupported_model");
    expect(refused.message).toContain(message);
  });

  it.each([
    ["no bytes", new Uint8Array()],
    ["text", Buffer.from("this is not a model\n")],
    ["a length beyond the end", Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0x0f)],
    ["a number without an end", Uint8Array.of(0x08, 0xff, 0xff)],
    ["a field without a number", Uint8Array.of(0x00, 0x00)],
    ["groups without an end", new Uint8Array(300).fill(0x0b)],
    ["two graphs, which other readers would merge", Buffer.concat([identityModel(1, [1]), identityModel(1, [1])])],
    ["an input without a type", onnxModel({ nodes: [], inputs: [value("x", undefined)], outputs: [y] })],
    ["subgraphs nested without an end in sight", onnxModel({ nodes: [nested(40)], inputs: [x], outputs: [y] })],
  ])("refuses %s as no model", (_, bytes) => {
    const refused = refusal(bytes);
    expect(refused.kind).toBe("invalid_model");
    expect(refused.message).toMatch(/^"model\.onnx": [^\n]+$/);
  });

  it("either reads damaged bytes or refuses them as a model", () => {
    const whole = onnxModel({
      nodes: [identity("x", "y"), nested(2)],
      inputs: [x],
      outputs: [y],
      initializers: [externalTensor("w", [1], { location: "w.data", offset: "0", length: "4" })],
    });
    const damage = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 4 }), fc.nat(whole.length), (changes, length) => {
        const bytes = whole.slice(0, length);
        for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
        expect(["read", "invalid_model", "unsupported_model"]).toContain(outcome(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});

function outcome(bytes: Uint8Array): string {
  try {
    read(bytes);
    return "read";
  } catch (error) {
    return error instanceof MlserveError ? error.kind : String(error);
  }
}

function nested(depth: number): Uint8Array {
  const inner = depth === 0 ? [] : [attribute.graph("body", graph({ nodes: [nested(depth - 1)] }))];
  return node({ operator: "Loop", attributes: inner });
}
