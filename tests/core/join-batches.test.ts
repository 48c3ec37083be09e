import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch, Params } from "../../src/core/batch.js";
import { canShareRun, compileRowSlices, joinBatches } from "../../src/core/join-batches.js";
import type { Tensor } from "../../src/core/tensor.js";

function tensor(shape: readonly number[], start = 0): Tensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length: size }, (_, i) => start + i) };
}

function tensors(entries: Readonly<Record<string, Tensor>>): Batch {
  return { kind: "tensors", tensors: new Map(Object.entries(entries)) };
}

function table(rows: readonly (readonly [number, string])[]): Batch {
  return {
    kind: "columns",
    rows: rows.length,
    columns: new Map([
      ["n", { dtype: "int64", data: BigInt64Array.from(rows, ([n]) => BigInt(n)) }],
      ["s", { dtype: "string", data: rows.map(([, s]) => s) }],
    ]),
  };
}

const NONE: Params = new Map();

describe("two requests", () => {
  const renamed: Batch = { kind: "tensors", tensors: new Map([["z", tensor([1, 2])]]) };
  const doubles: Batch = {
    kind: "tensors",
    tensors: new Map([["x", { dtype: "float64", shape: [1, 2], data: new Float64Array(2) }]]),
  };
  const turned: Batch = { kind: "columns", rows: 1, columns: new Map([...tableColumns()].reverse()) };

  function tableColumns() {
    const one = table([[1, "a"]]);
    return one.kind === "columns" ? one.columns : new Map();
  }

  it.each([
    { name: "of one shape", one: tensors({ x: tensor([1, 2]) }), other: tensors({ x: tensor([5, 2]) }), can: true },
    { name: "of one table", one: table([[1, "a"]]), other: table([]), can: true },
    { name: "of rows of other sizes", one: tensors({ x: tensor([1, 2]) }), other: tensors({ x: tensor([1, 3]) }) },
    { name: "of other ranks", one: tensors({ x: tensor([1, 2]) }), other: tensors({ x: tensor([1]) }) },
    { name: "of other names", one: tensors({ x: tensor([1, 2]) }), other: renamed },
    { name: "of other element types", one: tensors({ x: tensor([1, 2]) }), other: doubles },
    { name: "of another order of columns", one: table([[1, "a"]]), other: turned },
    { name: "of other kinds", one: table([[1, "a"]]), other: tensors({ x: tensor([1, 2]) }) },
    { name: "of values", one: { kind: "value", value: 1 } as Batch, other: { kind: "value", value: 1 } as Batch },
    {
      name: "with more tensors",
      one: tensors({ x: tensor([1]) }),
      other: tensors({ x: tensor([1]), y: tensor([1]) }),
    },
  ])("$name may share a run: $can", ({ one, other, can = false }) => {
    expect(canShareRun({ batch: one, params: NONE }, { batch: other, params: NONE })).toBe(can);
  });

  it.each([
    { name: "equal", one: { a: [1, 2] }, other: { a: [1, 2] }, can: true },
    { name: "other", one: { a: 1 }, other: { a: 2 }, can: false },
    { name: "more", one: {}, other: { a: 2 }, can: false },
  ])("with $name params may share a run: $can", ({ one, other, can }) => {
    const batch = table([[1, "a"]]);
    const [first, second] = [one, other].map((params) => ({ batch, params: new Map(Object.entries(params)) }));
    expect(first !== undefined && second !== undefined && canShareRun(first, second)).toBe(can);
  });
});

describe("rows that were joined", () => {
  const cell = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.string());

  it("come apart as they went in", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell), { minLength: 1 }), (parts) => {
        const [first, ...others] = parts.map(table);
        if (first === undefined) return;
        const joined = joinBatches([first, ...others]);
        const slice = compileRowSlices(joined, parts.flat().length);
        let start = 0;
        for (const part of parts) {
          expect(slice?.(start, part.length)).toEqual(table(part));
          start += part.length;
        }
      }),
    );
  });

  it("of tensors come apart as views of one buffer", () => {
    const parts = [
      tensors({ x: tensor([1, 2, 2], 1), y: tensor([1]) }),
      tensors({ x: tensor([2, 2, 2], 9), y: tensor([2], 5) }),
    ];
    const joined = joinBatches(parts as [Batch, Batch]);
    const slice = compileRowSlices(joined, 3);
    expect([slice?.(0, 1), slice?.(1, 2)]).toEqual(parts);
    const whole = joined.kind === "tensors" ? joined.tensors.get("x")?.data : undefined;
    const part = slice?.(1, 2);
    const view = part?.kind === "tensors" ? part.tensors.get("x")?.data : undefined;
    expect(view instanceof Float32Array && whole instanceof Float32Array && view.buffer === whole.buffer).toBe(true);
  });

  it.each([
    { name: "a value", batch: { kind: "value", value: [1, 2] } as Batch },
    { name: "another number of rows", batch: table([[1, "a"]]) },
    { name: "one tensor of another number of rows", batch: tensors({ x: tensor([2, 1]), y: tensor([1]) }) },
    { name: "a tensor without rows", batch: tensors({ x: tensor([]) }) },
  ])("cannot be found in $name", ({ batch }) => {
    expect(compileRowSlices(batch, 2)).toBeUndefined();
  });
});
