import { describe, expect, it } from "vitest";
import { signatureFaults } from "../../../src/flavors/inputs/check-signature.js";
import type { ModelInput } from "../../../src/flavors/inputs/model-input.js";
import { parseSignature, type Schema } from "../../../src/format/signature.js";

function schemaOf(entries: readonly object[]): Schema {
  const { inputs } = parseSignature({ inputs: JSON.stringify(entries) });
  if (inputs === undefined) throw new Error("no inputs");
  return inputs;
}

const tensor = (dtype: string, shape: readonly number[], name?: string): object => ({
  type: "tensor",
  "tensor-spec": { dtype, shape },
  ...(name === undefined ? {} : { name }),
});
const columns = (...types: readonly string[]): object[] =>
  types.map((type, i) => ({ type, name: `c${i}`, required: true }));

const MATRIX: ModelInput = { name: "X", dtype: "float32", shape: ["N", 2] };
const LIST: ModelInput = { name: "X", dtype: "float32", shape: ["N"] };
const FREE: ModelInput = { name: "X", dtype: "float32", shape: undefined };
const TEXTS: ModelInput = { name: "s", dtype: "string", shape: ["N", 1] };
const COUNTS: ModelInput = { name: "n", dtype: "int64", shape: ["N", 1] };
const FLAGS: ModelInput = { name: "b", dtype: "bool", shape: ["N", 2] };
const NESTED = [{ type: "array", items: { type: "double" }, name: "c0", required: true }];

describe("a signature that a graph can be fed with", () => {
  it.each([
    { name: "the tensor by its name", entries: [tensor("float32", [-1, 2], "X")], inputs: [MATRIX] },
    { name: "one tensor without a name", entries: [tensor("float64", [-1, -1])], inputs: [MATRIX] },
    { name: "any shape for a free rank", entries: [tensor("int64", [-1, 3, 5], "X")], inputs: [FREE] },
    { name: "the tensor that may be anything", entries: [tensor("object", [-1], "s")], inputs: [TEXTS] },
    { name: "columns as one matrix", entries: columns("double", "long"), inputs: [MATRIX] },
    { name: "one column as a list", entries: columns("integer"), inputs: [LIST] },
    { name: "columns of booleans alone", entries: columns("boolean", "boolean"), inputs: [FLAGS] },
    {
      name: "a column for each input, and one more",
      entries: [
        { type: "string", name: "s" },
        { type: "double", name: "n" },
        { type: "double", name: "more" },
      ],
      inputs: [TEXTS, COUNTS],
    },
    { name: "a column of anything", entries: [{ type: "any", name: "s", required: true }], inputs: [TEXTS] },
  ])("has no fault: $name", ({ entries, inputs }) => {
    expect(signatureFaults({ inputs }, { inputs: schemaOf(entries), outputs: undefined })).toEqual([]);
  });
});

describe("a signature that does not fit a graph", () => {
  it.each([
    {
      name: "a tensor of another name",
      entries: [tensor("float32", [-1, 2], "Y")],
      inputs: [MATRIX],
      faults: [`the graph's input "X" is not in the signature`, `the signature's tensor "Y" is no input of the graph`],
    },
    {
      name: "one tensor without a name for two inputs",
      entries: [tensor("float32", [-1, 2])],
      inputs: [TEXTS, COUNTS],
      faults: [`the signature has one tensor without a name, the graph the inputs "s", "n"`],
    },
    {
      name: "another dtype and another rank, both told",
      entries: [tensor("str", [-1], "X")],
      inputs: [MATRIX],
      faults: [
        `input "X": the graph takes float32, not the signature's string`,
        `input "X": the signature's shape [-1] does not fit the graph's [-1, 2]`,
      ],
    },
    {
      name: "another fixed dimension",
      entries: [tensor("float32", [-1, 3], "X")],
      inputs: [MATRIX],
      faults: [`input "X": the signature's shape [-1, 3] does not fit the graph's [-1, 2]`],
    },
    {
      name: "numbers for booleans",
      entries: [tensor("int64", [-1, 2], "b")],
      inputs: [FLAGS],
      faults: [`input "b": the graph takes bool, not the signature's int64`],
    },
    {
      name: "a column too many",
      entries: columns("double", "double", "double"),
      inputs: [MATRIX],
      faults: [`input "X": the signature's shape [-1, 3] does not fit the graph's [-1, 2]`],
    },
    {
      name: "booleans beside numbers",
      entries: columns("boolean", "double"),
      inputs: [MATRIX],
      faults: [`input "X": boolean columns beside others, which do not become one matrix`],
    },
    {
      name: "columns of other types, each told",
      entries: columns("string", "datetime"),
      inputs: [MATRIX],
      faults: [
        `column "c0": the graph takes float32, not the signature's string`,
        `column "c1": the graph takes float32, not the signature's datetime`,
      ],
    },
    {
      name: "lists in cells",
      entries: NESTED,
      inputs: [LIST],
      faults: [`column "c0": the graph takes float32, not the signature's array`],
    },
    {
      name: "columns that the graph's inputs are not among",
      entries: columns("string", "long"),
      inputs: [TEXTS, COUNTS],
      faults: [
        `the graph's input "s" is not a column of the signature`,
        `the graph's input "n" is not a column of the signature`,
      ],
    },
  ])("is told: $name", ({ entries, inputs, faults }) => {
    expect(signatureFaults({ inputs }, { inputs: schemaOf(entries), outputs: undefined })).toEqual(faults);
  });
});

describe("the outputs of a signature", () => {
  const outputs = [{ name: "label" }, { name: "probabilities" }];

  it.each([
    { name: "fewer than the graph has", entries: [tensor("int64", [-1], "label")] },
    { name: "one without a name", entries: [tensor("float32", [-1, 3])] },
    { name: "columns, whatever they are called", entries: columns("double") },
  ])("have no fault: $name", ({ entries }) => {
    expect(signatureFaults({ outputs }, { inputs: undefined, outputs: schemaOf(entries) })).toEqual([]);
  });

  it("are faults where the graph does not have them", () => {
    const schema = schemaOf([tensor("int64", [-1], "label"), tensor("float32", [-1, 3], "scores")]);
    expect(signatureFaults({ outputs }, { inputs: undefined, outputs: schema })).toEqual([
      `the signature's output "scores" is none of the graph's: "label", "probabilities"`,
    ]);
    expect(signatureFaults({}, { inputs: schema, outputs: schema })).toEqual([]);
  });
});
