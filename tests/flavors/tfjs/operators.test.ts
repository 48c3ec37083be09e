import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { ASYNC_OPERATORS, COMPOSED_OF, LAYER_CLASSES, OPERATORS } from "../../../src/flavors/tfjs/operators.js";

const LISTS = join(
  dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-converter/package.json")),
  "dist/operations/op_list",
);

/** The operators of the library's own lists, which it exports to nobody. */
function listed(names: readonly string[]): Set<string> {
  const texts = names.map((name) => readFileSync(join(LISTS, name), "utf8"));
  const found = texts.flatMap((text) => Array.from(text.matchAll(/'tfOpName':\s*'(\w+)'/g), ([, name = ""]) => name));
  // They need a package of their own.
  return new Set(found.filter((name) => !name.startsWith("SimpleML")));
}

describe("the lists of what TensorFlow.js knows are its own", () => {
  it("of operators", () => {
    expect([...OPERATORS].sort()).toEqual(
      [...listed(readdirSync(LISTS).filter((name) => name.endsWith(".js")))].sort(),
    );
  });

  it("of operators whose result is promised", () => {
    expect([...ASYNC_OPERATORS].sort()).toEqual([...listed(["control.js", "dynamic.js", "hash_table.js"])].sort());
  });

  it("of layers", () => {
    const registered = Object.keys(tf.serialization.SerializationMap.getMap().classNameMap);
    expect([...LAYER_CLASSES].filter((name) => !registered.includes(name))).toEqual([]);
    const others = registered.filter((name) => /^[A-Z]/.test(name) && !LAYER_CLASSES.has(name));
    expect(others).toEqual(["Adadelta", "Adagrad", "Adam", "Adamax", "Momentum", "RMSProp", "SGD"]);
  });

  it("of kernels that WebAssembly lacks, all of which have an operator of their name or are listed by it", () => {
    const kernels = (backend: string): string[] => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    const wasm = new Set(kernels("wasm"));
    const known = new Set([...OPERATORS, ...[...COMPOSED_OF.values()].flat()]);
    const unnamed = kernels("cpu").filter((name) => !wasm.has(name) && !known.has(name));
    // No operator of a graph leads to these: gradients, a browser's canvas, segments.
    expect(unnamed.sort()).toEqual([
      "Conv2DBackpropFilter",
      "DepthwiseConv2dNativeBackpropFilter",
      "DepthwiseConv2dNativeBackpropInput",
      "Draw",
      "UnsortedSegmentSum",
    ]);
  });
});
