import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Model } from "../format/model.js";
import { findJoiningFault } from "./joining-trial.js";

/** Whether, and how, rows of different requests may share runs. */
export interface JoiningOptions {
  /** false runs every request alone. */
  readonly isWanted: boolean;
  /** Rows that a run of several requests may have. */
  readonly maxRows: number;
  /** Milliseconds that a request may be kept for others although the model is idle; 0 for none. */
  readonly waitMs: number;
}

export const DEFAULT_JOINING: JoiningOptions = { isWanted: true, maxRows: 128, waitMs: 0 };

/** Do rows of different requests share runs of a model, and if not, why? */
export type Joining =
  | { readonly kind: "on"; readonly maxRows: number }
  | { readonly kind: "off"; readonly reason: string };

/**
 * Decides by what was asked for, what the flavor says, and a trial with the model's input example. Does not throw.
 *
 * `runsExample`: has the model been run on its input example, and did it answer?
 */
export async function decideJoining(
  model: Model,
  predictor: Predictor,
  { isWanted, maxRows }: JoiningOptions,
  runsExample: boolean,
): Promise<Joining> {
  if (!isWanted) return off("it was turned off");
  if (maxRows === 1) return off("a run may have one row");
  if (!predictor.batchable) return off("the flavor does not say that its rows may run together");
  if (!runsExample) return off("there is no input example that it could be tried with");
  const fault = await tryExample(model, predictor);
  return fault === undefined ? { kind: "on", maxRows } : off(fault);
}

function off(reason: string): Joining {
  return { kind: "off", reason };
}

async function tryExample({ descriptor, files }: Model, predictor: Predictor): Promise<string | undefined> {
  const { signature, inputExample } = descriptor;
  const body = await files.read(inputExample?.servingInputPath ?? "");
  const decode = compileReferenceDecoder(signature, { unsigned: predictor.unsigned, coercion: COERCIONS.mlflow });
  const { batch, params } = decode(body);
  return await findJoiningFault(predictor, { example: batch, params });
}
