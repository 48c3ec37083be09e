import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";
import type { Batch, TensorsBatch } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import { type Tensor, TYPED_ARRAYS } from "../../core/tensor.js";
import type { PredictContext, Predictor } from "../flavor.js";
import { compileFeeds } from "../inputs/feeds.js";
import type { FedElements, ModelInput } from "../inputs/model-input.js";
import { fixedRowsOf } from "../inputs/row-shapes.js";
import type { BackendName } from "./config.js";
import type { TfDType } from "./dtypes.js";
import { takeTurn, withinScope } from "./engine.js";
import { runFailure } from "./run-errors.js";
import type { TfCore, TfRuntime } from "./runtime.js";
import type { TfModel } from "./tf-model.js";

/** What becomes a tensor once it is the request's turn. */
interface Feed {
  readonly input: ModelInput;
  readonly shape: readonly number[];
  readonly data: FedElements;
}

/** Owns the model. */
export function createTfPredictor({ core, version }: TfRuntime, model: TfModel, backend: BackendName): Predictor {
  const toFeeds = compileFeeds<Feed>(model.inputs, (input, shape, data) => ({ input, shape, data }));

  async function predict(batch: Batch, { signal }: PredictContext): Promise<Batch> {
    const feeds = toFeeds(batch);
    return takeTurn(core, backend, async () => {
      // It may have waited long for this.
      refuseAborted(signal);
      return withinScope(core, () => run(core, model, feeds, backend), model.lasting);
    });
  }

  return {
    unsigned: "arrays",
    batchable: model.batchable,
    fixedRows: fixedRowsOf(model.inputs),
    runtime: { runtime: "tfjs", version, backend },
    predict,
    [Symbol.asyncDispose]: () => takeTurn(core, backend, async () => model.dispose()),
  };
}

function refuseAborted({ aborted }: AbortSignal): void {
  if (aborted) throw new MlserveError("request_aborted", "the request was given up before the model ran");
}

function run(
  core: TfCore,
  model: TfModel,
  feeds: Readonly<Record<string, Feed>>,
  backend: BackendName,
): TensorsBatch | Promise<TensorsBatch> {
  const failed = (cause: unknown): never => {
    throw runFailure(cause, backend);
  };
  try {
    const outputs = model.run(toTfTensors(core, feeds));
    if (outputs instanceof Promise) return outputs.then((tensors) => toBatch(tensors, model)).catch(failed);
    return toBatch(outputs, model);
  } catch (cause) {
    return failed(cause);
  }
}

function toTfTensors(core: TfCore, feeds: Readonly<Record<string, Feed>>): Record<string, TfTensor> {
  const tensors: Record<string, TfTensor> = {};
  for (const [name, { input, shape, data }] of Object.entries(feeds)) {
    // Of the type that the input says, which is one of TensorFlow.js's.
    tensors[name] = core.tensor(data as Float32Array, [...shape], input.dtype as "float32");
  }
  return tensors;
}

function toBatch(outputs: readonly (TfTensor | undefined)[], model: TfModel): TensorsBatch {
  const tensors = new Map(
    model.outputs.map(({ name }, i) => {
      const output = outputs[i];
      if (output === undefined)
        throw new MlserveError("model_failed", `the model did not return its output ${quoteName(name)}`);
      return [name, toTensor(output, name)] as const;
    }),
  );
  return { kind: "tensors", tensors };
}

type NumericType = Exclude<TfDType, "string">;

/** A copy: what plain JavaScript computes with may be a weight itself. */
function toTensor(output: TfTensor, name: string): Tensor {
  const { dtype, shape } = output;
  if (dtype === "complex64")
    throw new MlserveError("model_failed", "the model returned complex numbers, which no answer can hold", {
      where: `output ${quoteName(name)}`,
    });
  const data: Iterable<number> | readonly string[] = output.dataSync();
  // Plain JavaScript makes a float32 of ints by its name alone: the array may be that of another type.
  const copy = dtype === "string" ? Array.from(data) : new TYPED_ARRAYS[dtype as NumericType](data as Iterable<number>);
  return { dtype, shape: [...shape], data: copy } as Tensor;
}
