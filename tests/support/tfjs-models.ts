import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { MlserveError } from "../../src/core/errors.js";
import { type Logger, silentLogger } from "../../src/core/logger.js";
import type { Predictor } from "../../src/flavors/flavor.js";
import { tfjsConfig } from "../../src/flavors/tfjs/config.js";
import { tfjsFlavor } from "../../src/flavors/tfjs/flavor.js";
import { type Files, failureOf, openFolder, withFolder } from "./onnx-folder.js";

/** Weights by their names; the array class says the type. */
export type Weights = Readonly<Record<string, readonly [shape: readonly number[], data: Float32Array | Int32Array]>>;

export interface GraphParts {
  readonly nodes: readonly object[];
  readonly weights?: Weights;
  readonly functions?: readonly object[];
  /** Fields of the model.json besides. */
  readonly more?: object;
}

export function node(name: string, op: string, input: readonly string[] = [], attr: object = {}): object {
  return { name, op, input, attr };
}

export function placeholder(name: string, type: string, sizes: readonly number[] | undefined): object {
  const shape = sizes === undefined ? { unknownRank: true } : { dim: sizes.map((size) => ({ size: String(size) })) };
  return node(name, "Placeholder", [], { dtype: { type }, shape: { shape } });
}

/** The files of a graph model; nodes of its constants are made of the weights. */
export function graphModel({ nodes, weights = {}, functions = [], more = {} }: GraphParts): Files {
  const constants = Object.keys(weights).map((name) => node(name, "Const"));
  const json = {
    format: "graph-model",
    generatedBy: "a test",
    modelTopology: { node: [...constants, ...nodes], library: { function: functions }, versions: {} },
    weightsManifest: [
      {
        paths: ["weights.bin"],
        weights: Object.entries(weights).map(([name, [shape, data]]) => ({
          name,
          shape,
          dtype: data instanceof Int32Array ? "int32" : "float32",
        })),
      },
    ],
    ...more,
  };
  return { "model.json": toBytes(json), "weights.bin": joined(Object.values(weights).map(([, data]) => data)) };
}

function toBytes(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}

function joined(parts: readonly (Float32Array | Int32Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
}

/** The files of a model with a changed model.json. */
export function changed(files: Files, change: (json: never) => unknown): Files {
  const text = Buffer.from(files["model.json"] ?? []).toString("utf8");
  return { ...files, "model.json": toBytes(change(JSON.parse(text) as never)) };
}

/** `y = x * 2 + b` over rows of three. */
export const AFFINE = graphModel({
  nodes: [
    placeholder("x", "DT_FLOAT", [-1, 3]),
    node("product", "Mul", ["x", "two"], { T: { type: "DT_FLOAT" } }),
    node("y", "AddV2", ["product", "b"], { T: { type: "DT_FLOAT" } }),
  ],
  weights: { two: [[], Float32Array.of(2)], b: [[3], Float32Array.of(1, 2, 3)] },
});

const STATE = ["i", "x", "m", "n", "one", "list"];
const TYPES: Readonly<Record<string, string>> = { x: "DT_FLOAT", m: "DT_FLOAT", list: "DT_VARIANT" };
const args = (names: readonly string[]): object[] => names.map((name) => ({ name, type: TYPES[name] ?? "DT_INT32" }));
const ELEMENT = { element_dtype: { type: "DT_FLOAT" } };

/**
 * Multiplies `x` by `m` three times in a loop, and keeps each product in a list: `last` and `all` of them.
 *
 * With an `m` of other than two columns it fails in the second round, when a product lies in the list already.
 */
export const LOOP = graphModel({
  nodes: [
    placeholder("x", "DT_FLOAT", [-1, 2]),
    placeholder("m", "DT_FLOAT", [2, -1]),
    node("empty", "TensorListReserve", ["free", "three"], ELEMENT),
    node("loop", "StatelessWhile", ["zero", "x", "m", "three", "one", "empty"], {
      T: { list: { type: STATE.map((name) => TYPES[name] ?? "DT_INT32") } },
      cond: { func: { name: "goes_on" } },
      body: { func: { name: "multiply" } },
    }),
    node("last", "Identity", ["loop:1"], { T: { type: "DT_FLOAT" } }),
    node("all", "TensorListStack", ["loop:5", "free"], { ...ELEMENT, num_elements: { i: "3" } }),
  ],
  weights: {
    zero: [[], Int32Array.of(0)],
    one: [[], Int32Array.of(1)],
    three: [[], Int32Array.of(3)],
    free: [[2], Int32Array.of(-1, 2)],
  },
  functions: [
    {
      signature: { name: "goes_on", inputArg: args(STATE), outputArg: [{ name: "less", type: "DT_BOOL" }] },
      nodeDef: [node("Less", "Less", ["i", "n"], { T: { type: "DT_INT32" } })],
      ret: { less: "Less:z:0" },
    },
    {
      signature: { name: "multiply", inputArg: args(STATE), outputArg: args(STATE.map((name) => `${name}_out`)) },
      nodeDef: [
        node("product", "MatMul", ["x", "m"], { T: { type: "DT_FLOAT" } }),
        node("kept", "TensorListSetItem", ["list", "i", "product:product:0"], ELEMENT),
        node("next", "AddV2", ["i", "one"], { T: { type: "DT_INT32" } }),
      ],
      ret: {
        i_out: "next:z:0",
        x_out: "product:product:0",
        m_out: "m",
        n_out: "n",
        one_out: "one",
        list_out: "kept:output_handle:0",
      },
    },
  ],
});

/** The files of a layers model, as TensorFlow.js saves it. */
export async function layersModel(model: LayersModel): Promise<Files> {
  let files: Files = {};
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }) => {
      const weights = new Uint8Array(weightData instanceof ArrayBuffer ? weightData : new ArrayBuffer(0));
      files = {
        "model.json": toBytes({
          format: "layers-model",
          modelTopology,
          weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
        }),
        "weights.bin": weights,
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    },
  });
  return files;
}

/** Loads a folder's model; `block` is its `flavors.tfjs`. */
export async function loadTfjs(folder: string, block: object = {}, logger: Logger = silentLogger): Promise<Predictor> {
  return tfjsFlavor.load(await openFolder(folder), tfjsConfig.parse(block), { logger });
}

/** Loads a model, runs `work` on its predictor, and disposes of both. */
export async function withTfjs<T>(
  files: Files,
  work: (predictor: Predictor) => Promise<T>,
  block: object = {},
  logger: Logger = silentLogger,
): Promise<T> {
  return withFolder(files, async (folder) => {
    const predictor = await loadTfjs(folder, block, logger);
    try {
      return await work(predictor);
    } finally {
      await predictor[Symbol.asyncDispose]();
    }
  });
}

/** Checks and loads a model that must be refused, and gives the error, which has to be the same both times. */
export async function tfjsRefusalOf(files: Files, block: object = {}): Promise<MlserveError> {
  return withFolder(files, async (folder) => {
    const model = await openFolder(folder);
    const config = tfjsConfig.parse(block);
    const checked = await failureOf(tfjsFlavor.check?.(model, config));
    const loaded = await failureOf(tfjsFlavor.load(model, config, { logger: silentLogger }));
    if (checked.message !== loaded.message)
      throw new Error(`check said ${checked.message}, load said ${loaded.message}`);
    return loaded;
  });
}

const encoded = (text: string): object => ({ s: Buffer.from(text).toString("base64") });
/** Attributes of a convolution that most backends cannot run. */
export const channelsFirst = {
  strides: { list: { i: ["1", "1", "1", "1"] } },
  dilations: { list: { i: ["1", "1", "1", "1"] } },
  padding: encoded("SAME"),
  data_format: encoded("NCHW"),
};
