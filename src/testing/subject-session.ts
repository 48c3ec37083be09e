import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import type { Batch, Call } from "../core/batch.js";
import { silentLogger } from "../core/logger.js";
import { type ChosenFlavor, chooseFlavor } from "../flavors/choose.js";
import type { Flavor, Predictor } from "../flavors/flavor.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import { createFlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { openModel } from "../format/open-model.js";
import { wholeOutputs } from "../pipeline/whole-outputs.js";
import type { RequestBody, SubjectModel } from "./flavor-subject.js";

/** A model of a subject, opened, and the flavor's part of it. */
export interface OpenedSubject {
  readonly model: Model;
  readonly chosen: ChosenFlavor;
}

/** A model of a subject, loaded. */
export interface Session extends OpenedSubject {
  readonly predictor: Predictor;
  decode(body: RequestBody): Call;
  /** Runs the model on a request. */
  ask(call: Call): Promise<Batch>;
}

/** Opens a model for `work`, and closes it. */
export async function withModel<T>(
  flavor: Flavor,
  { source }: SubjectModel,
  work: (opened: OpenedSubject) => Promise<T>,
): Promise<T> {
  await using model = await openModel(source);
  const chosen = chooseFlavor(model.descriptor, createFlavorRegistry([flavor]));
  return await work({ model, chosen });
}

/** Opens and loads a model for `work`, and closes it. */
export async function withSession<T>(
  flavor: Flavor,
  subject: SubjectModel,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return await withModel(flavor, subject, async ({ model, chosen }) => {
    // One thread: how numbers are added up must not differ between two runs.
    await using predictor = await loadPredictor(chosen, model, { logger: silentLogger, threads: 1 });
    const { signature } = model.descriptor;
    const decode = compileReferenceDecoder(signature, { unsigned: predictor.unsigned, coercion: COERCIONS.mlflow });
    return await work({
      model,
      chosen,
      predictor,
      decode: (body) => decode(Buffer.from(typeof body === "string" ? body : JSON.stringify(body))),
      async ask({ batch, params }) {
        return wholeOutputs(await predictor.predict(batch, { params, signal: new AbortController().signal }));
      },
    });
  });
}
