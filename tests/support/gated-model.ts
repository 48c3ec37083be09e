import type { ServedModel } from "../../src/serve/served-model.js";
import { sumModel, sumPredictor } from "./sum-model.js";

export interface GatedModel {
  readonly model: ServedModel;
  /** Settles when the first request has come to the model. */
  readonly begun: Promise<void>;
  /** Lets all requests go on. */
  end(): void;
}

/** A model that says when it runs, and runs until it is told to end. */
export function gatedModel(): GatedModel {
  const begun = deferred();
  const end = deferred();
  const model = sumModel(
    sumPredictor(async () => {
      begun.resolve();
      await end.promise;
    }),
  );
  return { model, begun: begun.promise, end: end.resolve };
}

export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
