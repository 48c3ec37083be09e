import type { Batch } from "../core/batch.js";
import { batchFault } from "../core/batch-fault.js";
import { ERRORS, type ErrorKind, MlserveError, quoteName } from "../core/errors.js";
import type { Model } from "../format/model.js";
import type { ChosenFlavor } from "./choose.js";
import type { LoadOptions, OutputStream, Outputs, PredictContext, Predictor } from "./flavor.js";
import { isGivenUp } from "./lazy-context.js";

/**
 * Loads a model with the flavor that was chosen for it. The one way to do so: what every predictor has to do is done
 * here, so that a flavor need not.
 *
 * What a flavor throws that is no {@link MlserveError} becomes `model_failed`, or `request_aborted` where the request was
 * given up; an output that is no batch becomes `model_failed`. `predict` fails with `request_aborted` for a signal that is
 * aborted already, and with `shutting_down` after disposal. Disposing of it twice is the same as once.
 */
export async function loadPredictor(
  { flavor, config, flavors }: ChosenFlavor,
  model: Model,
  options: LoadOptions,
): Promise<Predictor> {
  const who = `the flavor ${quoteName(flavor.name)}`;
  const load = async (): Promise<Predictor> =>
    flavor.load(model, config, { ...options, ...(flavors === undefined ? {} : { flavors }) });
  const predictor = await load().catch((error: unknown) => {
    throw ownError(error) ?? failure(`${who} cannot load the model${saidBy(error)}`, error);
  });
  if (isPredictor(predictor)) return guard(predictor, who);
  throw new MlserveError("model_failed", `${who} gave no predictor: it needs predict, runtime and Symbol.asyncDispose`);
}

/** As far as it has to be one for anything to be done with it; a flavor may be written without types. */
function isPredictor(value: Partial<Predictor> | null | undefined): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof value.predict === "function" &&
    typeof value.runtime === "object" &&
    typeof value[Symbol.asyncDispose] === "function"
  );
}

function guard(predictor: Predictor, who: string): Predictor {
  let closed: Promise<void> | undefined;
  const predict: Predictor["predict"] = async (batch, context) => {
    try {
      return await predictor.predict(batch, context);
    } catch (error) {
      throw requestFailure(error, who, context);
    }
  };
  return {
    unsigned: predictor.unsigned,
    batchable: predictor.batchable,
    concurrency: predictor.concurrency ?? 1,
    fixedRows: predictor.fixedRows,
    runtime: predictor.runtime,
    async predict(batch, context) {
      if (closed !== undefined) throw new MlserveError("shutting_down", "the model is closed");
      if (isGivenUp(context))
        throw new MlserveError("request_aborted", "the request was given up before the model ran");
      const outputs = await predict(batch, context);
      return isStream(outputs) ? guardStream(outputs, who, context) : checkBatch(outputs, who);
    },
    async [Symbol.asyncDispose]() {
      closed ??= Promise.resolve(predictor[Symbol.asyncDispose]());
      await closed;
    },
  };
}

/** What a flavor gives is not believed before it was looked at. */
function isStream(outputs: unknown): outputs is OutputStream {
  return typeof outputs === "object" && outputs !== null && Symbol.asyncIterator in outputs;
}

function checkBatch(outputs: Outputs, who: string): Batch {
  const fault = batchFault(outputs);
  if (fault !== undefined) throw new MlserveError("model_failed", `${who} returned no batch: ${fault}`);
  return outputs as Batch;
}

/** No generator, which would keep back the end of a stream until its next item has come. */
function guardStream(outputs: OutputStream, who: string, context: PredictContext): OutputStream {
  return {
    [Symbol.asyncIterator]() {
      const items = outputs[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await items.next().catch((error: unknown) => {
            throw requestFailure(error, who, context);
          });
          return done === true ? { done, value: undefined } : { done: false, value: checkBatch(value, who) };
        },
        async return() {
          await items.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** The words of an error that is none of ours may hold the caller's values. */
function requestFailure(error: unknown, who: string, context: PredictContext): MlserveError {
  const own = ownError(error);
  if (own !== undefined) return own;
  // Whoever heeds the signal does so with an error of its own.
  if (isGivenUp(context)) return new MlserveError("request_aborted", "the request was given up while the model ran");
  return failure(`${who} failed on a request`, error);
}

function failure(reason: string, cause: unknown): MlserveError {
  return new MlserveError("model_failed", reason, { cause });
}

/** A flavor may come with its own copy of mlserve, whose errors are not of our class. */
function ownError(error: unknown): MlserveError | undefined {
  if (error instanceof MlserveError) return error;
  if (error instanceof Error && error.name === "MlserveError" && "kind" in error && isKind(error.kind))
    return new MlserveError(error.kind, error.message, { cause: error });
  return undefined;
}

function isKind(kind: unknown): kind is ErrorKind {
  return typeof kind === "string" && Object.hasOwn(ERRORS, kind);
}

/** What an error says, unless a path of this machine may be in it. */
function saidBy(error: unknown): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : "";
  const [line = ""] = said.split("\n");
  return line === "" || /[\\/]/.test(line) ? "" : ` (${line.slice(0, 200)})`;
}
