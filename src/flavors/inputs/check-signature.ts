import { quoteName } from "../../core/errors.js";
import type { DType } from "../../core/tensor.js";
import {
  COLUMN_DTYPES,
  type ColumnSpec,
  type DataType,
  type ScalarType,
  type Schema,
  type Signature,
  type TensorSpec,
} from "../../format/signature.js";
import type { Dimension, FedDType, ModelInput } from "./model-input.js";

/** What is known of a graph before it is loaded. */
export interface GraphEnds {
  readonly inputs?: readonly ModelInput[] | undefined;
  readonly outputs?: readonly { readonly name: string }[] | undefined;
}

/**
 * What keeps data of a signature from being fed to a graph, one line each, by the rules of `compileFeeds`; and outputs
 * that it names and the graph does not have.
 *
 * A fault is what no request could cure: a free dimension, or a float that may be whole, is none.
 */
export function signatureFaults(graph: GraphEnds, signature: Pick<Signature, "inputs" | "outputs">): string[] {
  const { inputs, outputs } = signature;
  return [
    ...(graph.inputs === undefined || inputs === undefined ? [] : inputFaults(graph.inputs, inputs)),
    ...(graph.outputs === undefined || outputs === undefined ? [] : outputFaults(graph.outputs, outputs)),
  ];
}

/** Columns of outputs are what somebody calls the predictions; only tensors have the names of the graph. */
function outputFaults(outputs: NonNullable<GraphEnds["outputs"]>, schema: Schema): string[] {
  const names = schema.kind === "tensors" ? schema.tensors.flatMap(({ name }) => name ?? []) : [];
  return names
    .filter((name) => outputs.every((output) => output.name !== name))
    .map((name) => `the signature's output ${quoteName(name)} is none of the graph's: ${listNames(outputs)}`);
}

function inputFaults(inputs: readonly ModelInput[], schema: Schema): string[] {
  if (schema.kind === "tensors") return tensorsFaults(schema.tensors, inputs);
  const [only] = inputs;
  return inputs.length === 1 && only !== undefined
    ? matrixFaults(schema.columns, only)
    : columnsFaults(schema.columns, inputs);
}

function tensorsFaults(tensors: readonly TensorSpec[], inputs: readonly ModelInput[]): string[] {
  const [tensor] = tensors;
  const [input] = inputs;
  if (tensor !== undefined && input !== undefined && tensor.name === undefined) {
    return inputs.length === 1
      ? tensorFaults(tensor, input)
      : [`the signature has one tensor without a name, the graph the inputs ${listNames(inputs)}`];
  }
  const byName = new Map(tensors.map((each) => [each.name, each]));
  const known = new Set(inputs.map(({ name }) => name));
  return [
    ...inputs.flatMap((each) => {
      const found = byName.get(each.name);
      return found === undefined
        ? [`the graph's input ${quoteName(each.name)} is not in the signature`]
        : tensorFaults(found, each);
    }),
    ...tensors
      .filter(({ name = "" }) => !known.has(name))
      .map(({ name = "" }) => `the signature's tensor ${quoteName(name)} is no input of the graph`),
  ];
}

function tensorFaults({ dtype, shape }: TensorSpec, input: ModelInput): string[] {
  // MLflow's word for any tensor at all.
  if (dtype === "object" && shape.length === 1 && shape[0] === -1) return [];
  const where = `input ${quoteName(input.name)}`;
  return [...typeFaults(dtype, input.dtype, where), ...shapeFaults(shape, input, where)];
}

function shapeFaults(shape: readonly number[], input: ModelInput, where: string): string[] {
  const wanted = input.shape;
  if (wanted === undefined) return [];
  const fits =
    wanted.length === shape.length &&
    wanted.every((size, axis) => typeof size === "string" || shape[axis] === -1 || shape[axis] === size);
  return fits ? [] : [`${where}: the signature's shape ${spell(shape)} does not fit the graph's ${spell(wanted)}`];
}

function spell(shape: readonly Dimension[]): string {
  return `[${shape.map((size) => (typeof size === "number" ? size : -1)).join(", ")}]`;
}

/** All columns side by side, as one matrix. */
function matrixFaults(columns: readonly ColumnSpec[], input: ModelInput): string[] {
  const where = `input ${quoteName(input.name)}`;
  const shape = columns.length === 1 && input.shape?.length === 1 ? [-1] : [-1, columns.length];
  const booleans = columns.filter(({ type }) => isScalar(type, "boolean")).length;
  const mixed = booleans !== 0 && booleans !== columns.length;
  return [
    ...shapeFaults(shape, input, where),
    ...(mixed ? [`${where}: boolean columns beside others, which do not become one matrix`] : []),
    ...columns.flatMap((column, position) =>
      columnTypeFaults(column, input, `column ${quoteName(column.name ?? String(position))}`),
    ),
  ];
}

/** One column for each input; columns beyond those are not used. */
function columnsFaults(columns: readonly ColumnSpec[], inputs: readonly ModelInput[]): string[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return inputs.flatMap((input) => {
    const where = `input ${quoteName(input.name)}`;
    const column = byName.get(input.name);
    if (column === undefined) return [`the graph's ${where} is not a column of the signature`];
    const shape = input.shape?.length === 2 ? [-1, 1] : [-1];
    return [...shapeFaults(shape, input, where), ...columnTypeFaults(column, input, where)];
  });
}

function isScalar(type: DataType, scalar: ScalarType): boolean {
  return type.kind === "scalar" && type.type === scalar;
}

function columnTypeFaults({ type }: ColumnSpec, input: ModelInput, where: string): string[] {
  // Only the request says what its values are.
  if (type.kind === "any") return [];
  if (type.kind !== "scalar") return [`${where}: the graph takes ${input.dtype}, not the signature's ${type.kind}`];
  return typeFaults(COLUMN_DTYPES[type.type], input.dtype, where);
}

function typeFaults(given: DType, taken: FedDType, where: string): string[] {
  return canBecome(given, taken) ? [] : [`${where}: the graph takes ${taken}, not the signature's ${given}`];
}

/** As `compileAssemble` converts. */
function canBecome(given: DType, taken: FedDType): boolean {
  if (taken === "string") return given === "string" || given === "object";
  if (taken === "bool") return given === "bool";
  return given !== "string" && given !== "object" && given !== "binary" && given !== "datetime";
}

function listNames(ends: readonly { readonly name: string }[]): string {
  return ends.map(({ name }) => quoteName(name)).join(", ");
}
