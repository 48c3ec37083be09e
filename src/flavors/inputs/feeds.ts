import { type Batch, type ColumnsBatch, type TensorsBatch, UNNAMED } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import { type Column, elementPath, type Tensor } from "../../core/tensor.js";
import { type Assemble, compileAssemble, Misfit } from "./convert.js";
import type { FedElements, ModelInput } from "./model-input.js";
import { compileShapeCheck, type ShapeCheck } from "./shape-check.js";

/** Turns a batch into what a model is fed, by the names of its inputs. Throws `model_rejected_input`. */
export type ToFeeds<Feed> = (batch: Batch) => Readonly<Record<string, Feed>>;

/** Makes what a runtime takes for one input. */
export type ToFeed<Feed> = (input: ModelInput, shape: readonly number[], data: FedElements) => Feed;

/**
 * Tensors go by the names of the graph's inputs, or to its only input whatever its name. Columns go by name, one to
 * each input; to an only input they go side by side, as one matrix.
 */
export function compileFeeds<Feed>(inputs: readonly ModelInput[], toFeed: ToFeed<Feed>): ToFeeds<Feed> {
  const compiled = inputs.map((input) => compileInput(input, toFeed));
  const [only] = compiled;
  const single = compiled.length === 1 ? only : undefined;
  return (batch) => {
    switch (batch.kind) {
      case "tensors":
        return feedTensors(batch, compiled, single);
      case "columns":
        return single === undefined ? feedColumns(batch, compiled) : feedMatrix(batch, single);
      case "value":
        throw rejection("expected tensors or a table, got a JSON value of another form");
    }
  };
}

interface CompiledInput<Feed> extends ModelInput {
  readonly where: string;
  readonly toFeed: (shape: readonly number[], data: FedElements) => Feed;
  readonly assemble: Assemble;
  readonly checkShape: ShapeCheck;
}

function compileInput<Feed>(input: ModelInput, toFeed: ToFeed<Feed>): CompiledInput<Feed> {
  const where = `input ${quoteName(input.name)}`;
  return {
    ...input,
    where,
    toFeed: (shape, data) => toFeed(input, shape, data),
    assemble: compileAssemble(input.dtype),
    checkShape: compileShapeCheck(input.shape, where),
  };
}

function feedTensors<Feed>(
  { tensors }: TensorsBatch,
  inputs: readonly CompiledInput<Feed>[],
  single: CompiledInput<Feed> | undefined,
): Readonly<Record<string, Feed>> {
  const unnamed = tensors.size === 1 ? tensors.get(UNNAMED) : undefined;
  if (single !== undefined && unnamed !== undefined) return { [single.name]: feedTensor(single, unnamed) };
  if (unnamed !== undefined)
    throw rejection(`expected an object with the inputs ${names(inputs)}, got one tensor without a name`);
  const feeds: Record<string, Feed> = {};
  for (const input of inputs) {
    const tensor = tensors.get(input.name);
    if (tensor === undefined) throw missing(inputs.filter(({ name }) => !tensors.has(name)));
    feeds[input.name] = feedTensor(input, tensor);
  }
  if (tensors.size > inputs.length)
    throw rejection(`the model has no inputs but ${names(inputs)}: the request has more`);
  return feeds;
}

function feedTensor<Feed>(input: CompiledInput<Feed>, tensor: Tensor): Feed {
  const { shape } = tensor;
  input.checkShape(shape);
  try {
    return input.toFeed(shape, input.assemble([tensor], tensor.data.length));
  } catch (error) {
    throw refusal(error, input, (_, index) =>
      index === undefined ? input.where : `${input.where}${elementPath(index, shape)}`,
    );
  }
}

function feedColumns<Feed>(
  { rows, columns }: ColumnsBatch,
  inputs: readonly CompiledInput<Feed>[],
): Readonly<Record<string, Feed>> {
  const feeds: Record<string, Feed> = {};
  for (const input of inputs) {
    const column = columns.get(input.name);
    if (column === undefined)
      throw missing(
        inputs.filter(({ name }) => !columns.has(name)),
        "column",
      );
    const dims = input.shape?.length === 2 ? [rows, 1] : [rows];
    feeds[input.name] = feedTable(input, dims, { names: [input.name], columns: [column] });
  }
  return feeds;
}

function feedMatrix<Feed>({ rows, columns }: ColumnsBatch, input: CompiledInput<Feed>): Readonly<Record<string, Feed>> {
  const dims = columns.size === 1 && input.shape?.length === 1 ? [rows] : [rows, columns.size];
  return { [input.name]: feedTable(input, dims, { names: columns.keys(), columns: [...columns.values()] }) };
}

interface Table {
  readonly names: Iterable<string>;
  readonly columns: readonly Column[];
}

function feedTable<Feed>(input: CompiledInput<Feed>, dims: readonly number[], { names, columns }: Table): Feed {
  input.checkShape(dims);
  try {
    return input.toFeed(dims, input.assemble(columns, dims[0] ?? 0));
  } catch (error) {
    throw refusal(error, input, (column, row) => {
      const place = `column ${quoteName([...names][column] ?? "")}`;
      return row === undefined ? place : `${place}, row ${row}`;
    });
  }
}

function refusal(
  error: unknown,
  input: ModelInput,
  place: (column: number, index: number | undefined) => string,
): unknown {
  if (!(error instanceof Misfit)) return error;
  return new MlserveError("model_rejected_input", `expected ${input.dtype}, ${error.message}`, {
    where: place(error.column, error.index),
  });
}

function missing(inputs: readonly ModelInput[], kind = "input"): MlserveError {
  return rejection(`missing ${kind}${inputs.length === 1 ? "" : "s"} ${names(inputs)}`);
}

function names(inputs: readonly ModelInput[]): string {
  return inputs.map(({ name }) => quoteName(name)).join(", ");
}

function rejection(reason: string): MlserveError {
  return new MlserveError("model_rejected_input", reason);
}
