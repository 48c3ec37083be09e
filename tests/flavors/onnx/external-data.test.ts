import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Predictor } from "../../../src/flavors/flavor.js";
import {
  attribute,
  ELEMENT,
  externalTensor,
  graph,
  identity,
  message,
  node,
  onnxModel,
  sparseTensor,
  tensorType,
  value,
} from "../../support/onnx-builder.js";
import { type Files, type Opening, predict, refusalOf, tensors, withPredictor } from "../../support/onnx-folder.js";

const WEIGHTS = new Uint8Array(new Float32Array([0, 0, 10, 20, 30, 40, 0]).buffer);
const ENTRIES = { location: "w.data", offset: "8", length: "16" };
const IN = value("x", tensorType(ELEMENT.float32, [4]));
const OUT = value("y", tensorType(ELEMENT.float32, [4]));
const ADD = node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] });

const external = (entries: Readonly<Record<string, string>> = ENTRIES, name = "w"): Uint8Array =>
  externalTensor(name, [4], entries);

const initializer = (entries: Readonly<Record<string, string>>): Uint8Array =>
  onnxModel({ nodes: [ADD], inputs: [IN], outputs: [OUT], initializers: [external(entries)] });

const constant = (value: Uint8Array): Uint8Array => node({ operator: "Constant", outputs: ["w"], attributes: [value] });

function withBranch(branch: Uint8Array): Uint8Array {
  const other = graph({ nodes: [identity("x", "t")], outputs: [value("t", tensorType(ELEMENT.float32, [4]))] });
  const branches = [attribute.graph("then_branch", branch), attribute.graph("else_branch", other)];
  const condition = node({ operator: "Constant", outputs: ["c"], attributes: [attribute.tensor("value", TRUE)] });
  const choice = node({ operator: "If", inputs: ["c"], outputs: ["y"], attributes: branches });
  return onnxModel({ nodes: [condition, choice], inputs: [IN], outputs: [OUT] });
}

const TRUE = message([2, ELEMENT.bool], [9, Uint8Array.of(1)]);
const THEN = {
  nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["t"] })],
  outputs: [value("t", tensorType(ELEMENT.float32, [4]))],
};
const FUNCTION = message(
  [1, "AddW"],
  [4, "a"],
  [5, "b"],
  [7, constant(attribute.tensor("value", external()))],
  [7, node({ operator: "Add", inputs: ["a", "w"], outputs: ["b"] })],
  [9, message([2, 17])],
  [10, "test"],
);

async function sum(files: Files, opening: Opening = {}): Promise<unknown> {
  const work = async (predictor: Predictor): Promise<unknown> => {
    const x = { dtype: "float32", shape: [4], data: new Float32Array([1, 2, 3, 4]) } as const;
    const answer = await predict(predictor, tensors({ x }));
    return [...(answer.get("y")?.data ?? [])];
  };
  return withPredictor(files, work, {}, opening);
}

describe("weights in other files", () => {
  it.each([
    ["an initializer", initializer(ENTRIES), "w.data"],
    ["an initializer without a length", initializer({ location: "w.data", offset: "8" }), "w.data", 24],
    ["a location with a dot", initializer({ ...ENTRIES, location: "./w.data" }), "w.data"],
    ["a location in a folder", initializer({ ...ENTRIES, location: "weights/w.data" }), "weights/w.data"],
    ["a location with a name in Unicode", initializer({ ...ENTRIES, location: "wäge ü.data" }), "wäge ü.data"],
    [
      "a constant",
      onnxModel({ nodes: [constant(attribute.tensor("value", external())), ADD], inputs: [IN], outputs: [OUT] }),
      "w.data",
    ],
    ["an initializer of a subgraph", withBranch(graph({ ...THEN, initializers: [external()] })), "w.data"],
    [
      "a constant of a subgraph",
      withBranch(graph({ ...THEN, nodes: [constant(attribute.tensor("value", external())), ...THEN.nodes] })),
      "w.data",
    ],
    [
      "a constant of a function",
      onnxModel({
        nodes: [node({ operator: "AddW", domain: "test", inputs: ["x"], outputs: ["y"] })],
        inputs: [IN],
        outputs: [OUT],
        functions: [FUNCTION],
        opsets: { "": 17, test: 1 },
      }),
      "w.data",
    ],
    [
      "a sparse initializer",
      onnxModel({
        nodes: [ADD],
        inputs: [IN],
        outputs: [OUT],
        sparseInitializers: [sparseTensor(external(), [0n, 1n, 2n, 3n], [4])],
      }),
      "w.data",
    ],
    [
      "a sparse constant",
      onnxModel({
        nodes: [
          constant(attribute.sparse("sparse_value", sparseTensor(external(ENTRIES, ""), [0n, 1n, 2n, 3n], [4]))),
          ADD,
        ],
        inputs: [IN],
        outputs: [OUT],
      }),
      "w.data",
    ],
  ])("are found for %s", async (_, model, name, bytes = WEIGHTS.length) => {
    const files = { "model.onnx": model, [name]: WEIGHTS.slice(0, bytes) };
    for (const isPrivate of [false, true]) expect(await sum(files, { isPrivate })).toEqual([11, 22, 33, 44]);
  });

  it.runIf(existsSync("/proc/self/maps")).each([
    { name: "mapped from a private folder", isPrivate: true },
    { name: "read from any other", isPrivate: false },
  ])("are $name", async ({ isPrivate }) => {
    const files = { "model.onnx": initializer(ENTRIES), "w.data": WEIGHTS };
    const findMaps = async (): Promise<string> => readFileSync("/proc/self/maps", "utf8");
    expect(/\/w\.data$/m.test(await withPredictor(files, findMaps, {}, { isPrivate }))).toBe(isPrivate);
  });

  it("are found beside an ONNX file that lies in a folder", async () => {
    const files = { "onnx/m.onnx": initializer(ENTRIES), "onnx/w.data": WEIGHTS };
    const run = withPredictor(files, async ({ runtime }) => runtime.runtime, { data: "onnx/m.onnx" });
    expect(await run).toBe("onnxruntime-node");
  });

  it("are found for an initializer and a subgraph in one file", async () => {
    const branch = graph({ ...THEN, initializers: [external()] });
    const condition = node({ operator: "Constant", outputs: ["c"], attributes: [attribute.tensor("value", TRUE)] });
    const other = graph({ nodes: [identity("x", "e")], outputs: [value("e", tensorType(ELEMENT.float32, [4]))] });
    const choice = node({
      operator: "If",
      inputs: ["c"],
      outputs: ["z"],
      attributes: [attribute.graph("then_branch", branch), attribute.graph("else_branch", other)],
    });
    const add = node({ operator: "Add", inputs: ["z", "v"], outputs: ["y"] });
    const model = onnxModel({
      nodes: [condition, choice, add],
      inputs: [IN],
      outputs: [OUT],
      initializers: [external(ENTRIES, "v")],
    });
    expect(await sum({ "model.onnx": model, "w.data": WEIGHTS })).toEqual([21, 42, 63, 84]);
  });

  it.each([
    ["a parent folder", { location: "../w.data" }, "outside its folder"],
    ["a parent folder inside", { location: "a/../../w.data" }, "outside its folder"],
    ["a way out and back in", { location: "a/../w.data" }, "outside its folder"],
    ["an absolute path", { location: "/etc/passwd" }, "an absolute path"],
    ["a drive", { location: "C:w.data" }, "an absolute path"],
    ["a share", { location: "\\\\host\\w.data" }, "an absolute path"],
    ["backslashes", { location: "..\\w.data" }, "a backslash"],
    [
      "the runtime's memory",
      { location: "*/_ORT_MEM_ADDR_/*", offset: "140000000000000", length: "16" },
      "points into memory",
    ],
    [
      "the runtime's memory in the order of bytes of the machine",
      { location: "*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*", offset: "140000000000000", length: "16" },
      "points into memory",
    ],
    ["a marker that the runtime may know one day", { location: "*/_ORT_OTHER_/*" }, "cannot be one"],
    ["nothing", { location: "" }, "names no weights file"],
    ["a NUL", { location: "w.data\0.txt" }, "cannot be one"],
    ["a folder", { location: "w/" }, "cannot be one"],
    ["a negative offset", { location: "w.data", offset: "-1" }, "no whole number"],
    ["an offset in hexadecimal", { location: "w.data", offset: "0x10" }, "no whole number"],
    ["an offset beyond counting", { location: "w.data", offset: "99999999999999999999" }, "no whole number"],
    ["a file that is not there", { location: "gone.data" }, 'its weights file "gone.data" is missing'],
    ["more bytes than there are", { location: "w.data", offset: "8", length: "32" }, "too short"],
  ])("are refused when the location is %s", async (_, entries, message) => {
    const error = await refusalOf({ "model.onnx": initializer(entries), "w.data": WEIGHTS });
    expect(error.kind).toBe("invalid_model");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
  });

  it("are refused when the location stands twice", async () => {
    const entry = (key: string, text: string): Uint8Array => message([1, key], [2, text]);
    const tensor = message(
      [1, 4],
      [2, ELEMENT.float32],
      [8, "w"],
      [13, entry("location", "w.data")],
      [13, entry("location", "../x")],
      [14, 1],
    );
    const model = onnxModel({ nodes: [ADD], inputs: [IN], outputs: [OUT], initializers: [tensor] });
    expect((await refusalOf({ "model.onnx": model, "w.data": WEIGHTS })).message).toContain("twice");
  });

  it("are refused in the runtime's memory even when the package has a file of that name", async () => {
    const location = "*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*";
    const error = await refusalOf({ "model.onnx": initializer({ location }), [location]: WEIGHTS });
    expect(error.message).toContain("points into memory");
  });

  it("are those of the very name, with a byte order mark as part of it", async () => {
    const error = await refusalOf({ "model.onnx": initializer({ location: "\ufeffw.data" }), "w.data": WEIGHTS });
    expect(error.message).toContain("is missing");
  });

  const hostile = { location: "../secret", offset: "0", length: "16" };
  it.each([
    ["a subgraph", withBranch(graph({ ...THEN, initializers: [external(hostile)] }))],
    [
      "a constant",
      onnxModel({ nodes: [constant(attribute.tensor("value", external(hostile))), ADD], inputs: [IN], outputs: [OUT] }),
    ],
    [
      "a sparse initializer",
      onnxModel({
        nodes: [ADD],
        inputs: [IN],
        outputs: [OUT],
        sparseInitializers: [sparseTensor(external(hostile), [0n], [4])],
      }),
    ],
    [
      "a sparse constant",
      onnxModel({
        nodes: [constant(attribute.sparse("sparse_value", sparseTensor(external(hostile), [0n], [4]))), ADD],
        inputs: [IN],
        outputs: [OUT],
      }),
    ],
    [
      "the indices of a sparse constant",
      onnxModel({
        nodes: [constant(attribute.sparse("sparse_value", message([2, external(hostile)])))],
        inputs: [IN],
        outputs: [OUT],
      }),
    ],
    [
      "a training graph",
      Buffer.concat([
        onnxModel({ nodes: [identity("x", "y")], inputs: [IN], outputs: [OUT] }),
        message([20, message([2, graph({ initializers: [external(hostile)] })])]),
      ]),
    ],
    [
      "a function",
      onnxModel({
        inputs: [IN],
        outputs: [OUT],
        functions: [message([7, constant(attribute.tensor("value", external(hostile)))])],
      }),
    ],
    [
      "a default of a function",
      onnxModel({
        inputs: [IN],
        outputs: [OUT],
        functions: [message([11, attribute.tensor("value", external(hostile))])],
      }),
    ],
    [
      "a list of tensors",
      onnxModel({
        nodes: [node({ operator: "Foo", attributes: [message([1, "values"], [10, external(hostile)])] })],
        inputs: [IN],
        outputs: [OUT],
      }),
    ],
    [
      "a list of subgraphs",
      onnxModel({
        nodes: [
          node({
            operator: "Foo",
            attributes: [message([1, "bodies"], [11, graph({ initializers: [external(hostile)] })])],
          }),
        ],
        inputs: [IN],
        outputs: [OUT],
      }),
    ],
  ])("cannot reach outside from %s", async (_, model) => {
    const error = await refusalOf({ "model.onnx": model });
    expect([error.kind, error.message]).toEqual(["invalid_model", expect.stringContaining("outside its folder")]);
  });
});
