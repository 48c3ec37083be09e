import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/flavors/config-schema.js";
import { onnxFlavor } from "../../../src/flavors/onnx/flavor.js";
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
  sparseTensor,
  tensor,
  tensorType,
  value,
  zipMapModel,
} from "../../support/onnx-builder.js";
import { FIXTURES, type Files, openFolder, withFolder } from "../../support/onnx-folder.js";

const x = value("x", tensorType(ELEMENT.float32, ["N"]));
const y = value("y", tensorType(ELEMENT.float32, ["N"]));
const ends = { inputs: [x], outputs: [y] };

const isolation = async (files: Files): Promise<string | undefined> => withFolder(files, isolationOf);

async function isolationOf(folder: string): Promise<string | undefined> {
  const model = await openFolder(folder);
  return onnxFlavor.isolation?.(model, readConfig(onnxFlavor, {}));
}

/** `count` nodes in a row. */
function chain(count: number): Uint8Array {
  const nodes = Array.from({ length: count }, (_, i) => identity(i === 0 ? "x" : `v${i}`, `v${i + 1}`));
  return onnxModel({ ...ends, nodes: [...nodes, identity(`v${count}`, "y")] });
}

/** A model that holds so many bytes of weights. */
function weighing(bytes: number): Uint8Array {
  const weights = tensor("w", ELEMENT.uint8, [bytes], new Uint8Array(bytes));
  return onnxModel({ ...ends, nodes: [identity("x", "y")], initializers: [weights] });
}

const EXTERNAL = onnxModel({
  ...ends,
  nodes: [identity("x", "y")],
  initializers: [externalTensor("w", [1], { location: "w.data" })],
});

const body = graph({ nodes: [identity("x", "z")], outputs: [value("z", tensorType(ELEMENT.float32, ["N"]))] });
const using = (operator: string, attributes: readonly Uint8Array[] = []): Uint8Array =>
  onnxModel({ ...ends, nodes: [node({ operator, inputs: ["x"], outputs: ["y"], attributes })] });

const inDomain = (domain: string, operator: string): Uint8Array =>
  onnxModel({ ...ends, nodes: [node({ operator, domain, inputs: ["x"], outputs: ["y"] })] });

const VALUES = tensor("w", ELEMENT.float32, [1], Float32Array.of(1));

describe("a model may run in the server's own process", () => {
  it.each<[string, Files]>([
    ["of one node", { "model.onnx": identityModel(ELEMENT.float32, ["N"]) }],
    ["of a thousand nodes", { "model.onnx": chain(999) }],
    ["that ends in a ZipMap", { "model.onnx": zipMapModel(attribute.ints("classlabels_int64s", [0, 1])) }],
    ["of nearly 5 MB", { "model.onnx": weighing(4_990_000) }],
  ])("%s", async (_, files) => {
    expect(await isolation(files)).toBe("inline");
  });

  it.each(["iris_zipmap", "xgb_reg", "trees100", "housing_num"])("that MLflow saved: %s", async (name) => {
    expect(await isolationOf(FIXTURES + name)).toBe("inline");
  });
});

describe("a model needs a process of its own", () => {
  it.each<[string, Files]>([
    ["of more than a thousand nodes", { "model.onnx": chain(1000) }],
    ["of more than 5 MB", { "model.onnx": weighing(5_000_001) }],
    ["with weights in another file, however small", { "model.onnx": EXTERNAL, "w.data": new Uint8Array(4) }],
    ["with an operator of a domain of its own", { "model.onnx": inDomain("com.example", "Identity") }],
    ["with an operator of the runtime's own domain", { "model.onnx": inDomain("com.microsoft", "Gelu") }],
    ["with an operator whose name holds a domain", { "model.onnx": inDomain("com.example:ai.onnx", "Add") }],
    ["that spells ONNX's own domain out", { "model.onnx": inDomain("ai.onnx", "Tile") }],
    ["with a loop", { "model.onnx": using("Loop", [attribute.graph("body", body)]) }],
    ["with a branch", { "model.onnx": using("If", [attribute.graph("then_branch", body)]) }],
    ["with a graph in an operator nobody knows", { "model.onnx": using("Foo", [attribute.graph("g", body)]) }],
    ["with a list of graphs", { "model.onnx": using("Foo", [message([1, "g"], [11, body])]) }],
    [
      "with a function",
      { "model.onnx": onnxModel({ ...ends, nodes: [identity("x", "y")], functions: [message([1, "F"])] }) },
    ],
    [
      "with a sparse initializer",
      {
        "model.onnx": onnxModel({
          ...ends,
          nodes: [identity("x", "y")],
          sparseInitializers: [sparseTensor(VALUES, [0n], [1_000_000])],
        }),
      },
    ],
    [
      "with a sparse constant",
      { "model.onnx": using("Constant", [attribute.sparse("sparse_value", sparseTensor(VALUES, [0n], [1_000_000]))]) },
    ],
    ...["ConstantOfShape", "Expand", "Tile", "Range", "RandomNormal", "Resize", "ImageDecoder", "DFT"].map(
      (operator): [string, Files] => [
        `whose output can be of any size: ${operator}`,
        { "model.onnx": using(operator) },
      ],
    ),
  ])("%s", async (_, files) => {
    expect(await isolation(files)).toBe("process");
  });

  it("whose texts are split by the runtime's own tokenizer", async () => {
    expect(await isolationOf(`${FIXTURES}text_tfidf`)).toBe("process");
  });
});
