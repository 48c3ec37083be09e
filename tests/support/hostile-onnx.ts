import { attribute, ELEMENT, graph, identity, node, onnxModel, tensor, tensorType, value } from "./onnx-builder.js";

// ONNX files of a few hundred bytes that no runtime gets done with.

const int64 = (name: string, numbers: readonly bigint[], dims: readonly number[] = [numbers.length]): Uint8Array =>
  tensor(name, ELEMENT.int64, dims, BigInt64Array.from(numbers));
const yes = tensor("yes", ELEMENT.bool, [], Uint8Array.of(1));
const x = value("x", tensorType(ELEMENT.float32, ["N"]));
const y = value("y", tensorType(ELEMENT.float32, ["N"]));

/** Adds a number to its input, as many times as there are microseconds in eleven days. */
export function endlessLoop(): Uint8Array {
  const body = graph({
    nodes: [identity("goes_on", "still"), node({ operator: "Add", inputs: ["carried", "one"], outputs: ["more"] })],
    inputs: [
      value("round", tensorType(ELEMENT.int64, [])),
      value("goes_on", tensorType(ELEMENT.bool, [])),
      value("carried", tensorType(ELEMENT.float32, ["N"])),
    ],
    outputs: [value("still", tensorType(ELEMENT.bool, [])), value("more", tensorType(ELEMENT.float32, ["N"]))],
    initializers: [tensor("one", ELEMENT.float32, [], Float32Array.of(1))],
  });
  return onnxModel({
    nodes: [
      node({
        operator: "Loop",
        inputs: ["rounds", "yes", "x"],
        outputs: ["y"],
        attributes: [attribute.graph("body", body)],
      }),
    ],
    inputs: [x],
    outputs: [y],
    initializers: [int64("rounds", [1_000_000_000_000n], []), yes],
  });
}

/** Choices within choices, each with two more: the runtime looks through all of them, several times, when it opens the file. */
export function nestedChoices(levels: number): Uint8Array {
  const chosen = [value("y", tensorType(ELEMENT.float32, ["N"]))];
  let branch = graph({ nodes: [identity("x", "y")], outputs: chosen });
  for (let level = 1; level < levels; level++) branch = graph({ nodes: [choice(branch)], outputs: chosen });
  return onnxModel({ nodes: [choice(branch)], inputs: [x, value("yes", tensorType(ELEMENT.bool, []))], outputs: [y] });
}

function choice(branch: Uint8Array): Uint8Array {
  const attributes = [attribute.graph("then_branch", branch), attribute.graph("else_branch", branch)];
  return node({ operator: "If", inputs: ["yes"], outputs: ["y"], attributes });
}

/** A tensor of 4 TiB out of constants, so that it would be made when the file is opened. */
export function hugeConstant(): Uint8Array {
  return onnxModel({
    nodes: [
      node({ operator: "ConstantOfShape", inputs: ["sizes"], outputs: ["huge"] }),
      node({ operator: "ReduceSum", inputs: ["huge"], outputs: ["sum"], attributes: [attribute.int("keepdims", 0)] }),
      node({ operator: "Add", inputs: ["x", "sum"], outputs: ["y"] }),
    ],
    inputs: [x],
    outputs: [y],
    initializers: [int64("sizes", [2n ** 20n, 2n ** 20n])],
  });
}

/** A tensor as large as the values of a request say. */
export function hugeByValue(): Uint8Array {
  return onnxModel({
    nodes: [node({ operator: "Expand", inputs: ["one", "x"], outputs: ["y"] })],
    inputs: [value("x", tensorType(ELEMENT.int64, ["N"]))],
    outputs: [value("y", tensorType(ELEMENT.float32, undefined))],
    initializers: [tensor("one", ELEMENT.float32, [1], Float32Array.of(1))],
  });
}
