import { MlserveError, quoteName } from "../../core/errors.js";
import type { Dimension } from "../inputs/model-input.js";
import { readKerasType } from "./dtypes.js";
import type { TfInput } from "./graph.js";
import { damagedModel, type ModelJson, type Topology } from "./model-json.js";
import { LAYER_CLASSES } from "./operators.js";
import { isRecord } from "./tensor-shapes.js";

/** What the topology of a layers model says before it is built. */
export interface TfLayers {
  readonly kind: "layers";
  /** undefined where only the built model tells them. */
  readonly inputs: readonly TfInput[] | undefined;
}

/** How weights were first filled and kept small: nothing that a trained model needs, and often of a class of its own. */
const TRAINING_ONLY = /_(initializer|regularizer|constraint)$/;

/** Deeper nesting is an attack on what reads it. */
const MAX_DEPTH = 100;

/**
 * Reads the topology of a layers model.
 *
 * Throws `unsupported_model` for classes that tfjs-layers does not have, and for what Keras 3 wrote; `invalid_model` for
 * layers that the weights cannot be of.
 */
export function readLayers({ topology, weightsManifest, file }: ModelJson): TfLayers {
  const config = modelConfig(topology);
  if (config === undefined) throw damagedModel(file, "its modelTopology holds no layers");
  const shapes = weightsManifest.flatMap(({ weights }) => weights.map(({ shape }) => shape));
  const classes = collectClasses(config, {
    file,
    widest: shapes.flat().reduce((most, size) => Math.max(most, size), 0),
  });
  const unknown = [...classes].filter((name) => !LAYER_CLASSES.has(name));
  if (unknown.length > 0) throw unknownClasses(unknown, file);
  return { kind: "layers", inputs: readInputs(config) };
}

/** The topology itself, or the part of it that Keras wrote beside how the model was trained. */
function modelConfig(topology: Topology): Topology | undefined {
  const config = topology.model_config ?? topology;
  return isRecord(config) && typeof config.class_name === "string" && config.config !== undefined ? config : undefined;
}

interface Bounds {
  readonly file: string;
  /** The largest size in the shapes of all weights. */
  readonly widest: number;
}

/** Each is a size of one of the layer's weights, or a part of one: memory for them is taken before weights are looked at. */
const SIZES = ["units", "filters", "input_dim", "output_dim"] as const;

function collectClasses(root: unknown, { file, widest }: Bounds): Set<string> {
  const classes = new Set<string>();
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) throw damagedModel(file, `its layers are nested deeper than ${MAX_DEPTH}`);
    if (isRecord(value) && typeof value.class_name === "string" && "config" in value) {
      if (isKeras3(value)) throw keras3(file);
      classes.add(value.class_name);
      if (isRecord(value.config) && SIZES.some((key) => isLarger(value.config, key, widest)))
        throw damagedModel(file, `a ${quoteName(value.class_name)} layer is larger than any of the weights`);
    }
    for (const [key, child] of Object.entries(value))
      if (!TRAINING_ONLY.test(key)) waiting.push({ value: child, depth: depth + 1 });
  }
  return classes;
}

function isLarger(config: unknown, key: string, limit: number): boolean {
  const size = isRecord(config) ? config[key] : undefined;
  return typeof size === "number" && size > limit;
}

/** Keras 3 spells the shapes of inputs and the types of layers in a way that tfjs-layers does not read. */
function isKeras3({ class_name, config }: Readonly<Record<string, unknown>>): boolean {
  return (
    class_name === "DTypePolicy" || class_name === "__keras_tensor__" || (isRecord(config) && "batch_shape" in config)
  );
}

/**
 * The topology as it is built: without {@link TRAINING_ONLY}, and without a memory that would pass from one request to
 * the next.
 */
export function mendLayers(topology: Topology): Topology {
  const mended: Topology = JSON.parse(JSON.stringify(modelConfig(topology) ?? topology), (key, value: unknown) => {
    if (TRAINING_ONLY.test(key)) return null;
    return key === "stateful" ? false : value;
  });
  return mended;
}

function keras3(file: string): MlserveError {
  return new MlserveError("unsupported_model", "its layers were written by Keras 3, which TensorFlow.js cannot read", {
    where: quoteName(file),
    hint: "Save the model with Keras 2 (TF_USE_LEGACY_KERAS=1), or convert its SavedModel to a graph model",
  });
}

function unknownClasses(unknown: readonly string[], file: string): MlserveError {
  const names = unknown.slice(0, 10).map(quoteName).join(", ");
  const reason = `TensorFlow.js has no layer${unknown.length === 1 ? "" : "s"} ${names}`;
  const hint = "Convert the model to a graph model: tensorflowjs_converter --output_format=tfjs_graph_model";
  return new MlserveError("unsupported_model", reason, { where: quoteName(file), hint });
}

function readInputs({ class_name, config }: Topology): TfInput[] | undefined {
  const layers = isRecord(config) ? config.layers : config;
  if (!Array.isArray(layers)) return undefined;
  if (class_name === "Sequential") return allKnown([readFirst(layers[0])]);
  const ends = isRecord(config) && Array.isArray(config.input_layers) ? config.input_layers : undefined;
  if (ends === undefined) return undefined;
  return allKnown(ends.map((end: unknown) => readNamed(layers, end)));
}

function allKnown(inputs: readonly (TfInput | undefined)[]): TfInput[] | undefined {
  const known = inputs.filter((input) => input !== undefined);
  return known.length === inputs.length ? known : undefined;
}

/** The layers of a Sequential begin with its input, or say in the first what that input would be. */
function readFirst(layer: unknown): TfInput | undefined {
  if (!isRecord(layer)) return undefined;
  return readInput(layer, layer.class_name === "InputLayer" ? "" : "_input");
}

/** `["input_1", 0, 0]` */
function readNamed(layers: readonly unknown[], end: unknown): TfInput | undefined {
  const name: unknown = Array.isArray(end) ? end[0] : undefined;
  const layer = layers.find((each) => isRecord(each) && isRecord(each.config) && each.config.name === name);
  return isRecord(layer) && layer.class_name === "InputLayer" ? readInput(layer, "") : undefined;
}

function readInput({ config }: Readonly<Record<string, unknown>>, suffix: string): TfInput | undefined {
  if (!isRecord(config) || typeof config.name !== "string" || !Array.isArray(config.batch_input_shape))
    return undefined;
  const shape = config.batch_input_shape.map(toDimension);
  const type = readKerasType(config.dtype ?? "float32");
  if (type === undefined || shape.includes(undefined)) return undefined;
  const known = shape.filter((size) => size !== undefined);
  return { name: `${config.name}${suffix}`, dtype: type.held, declared: type.declared, shape: known };
}

function toDimension(size: unknown): Dimension | undefined {
  if (size === null) return "";
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}
