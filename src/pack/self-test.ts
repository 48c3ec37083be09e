import { MlserveError, quoteName } from "../core/errors.js";
import { silentLogger } from "../core/logger.js";
import type { ChosenFlavor } from "../flavors/choose.js";
import type { Predictor } from "../flavors/flavor.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { ContentSource } from "../format/package-writer.js";
import { formatSelfTest, SELF_TEST_FILE, type SelfTest } from "../format/self-test-file.js";
import { recordSelfTest, type SelfTestRequest } from "../pipeline/self-test.js";
import type { PreparedModel } from "./prepared-model.js";

/**
 * Whether a package got a self-test, or why not: it was turned `off`, there is `no_example` to run, the model answers
 * differently each time (`unsteady`), or its answer is `too_large` to keep (16 MiB).
 */
export type SelfTestOutcome = "recorded" | "off" | "no_example" | "unsteady" | "too_large";

export interface MadeSelfTest {
  readonly outcome: SelfTestOutcome;
  readonly file?: ContentSource;
  /** What the model answered. */
  readonly outputs?: SelfTest["outputs"];
}

export const NO_SELF_TEST: MadeSelfTest = { outcome: "off" };

/** An example is a few rows; what is larger would only make the package heavy. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Runs a model on its input example; one without an example is loaded. Throws what that fails with. */
export async function makeSelfTest(prepared: PreparedModel, chosen: ChosenFlavor): Promise<MadeSelfTest> {
  const request = await findRequest(prepared);
  if (request === undefined) {
    await tryLoading(prepared, chosen);
    return { outcome: "no_example" };
  }
  const test = await record(request, prepared, chosen);
  if (test === undefined) return { outcome: "unsteady" };
  const content = Buffer.from(formatSelfTest(test));
  if (content.byteLength > MAX_BYTES) return { outcome: "too_large" };
  return { outcome: "recorded", file: { name: SELF_TEST_FILE, content }, outputs: test.outputs };
}

/** What only the runtime knows, such as its operators, is better known now than on the machine that serves the model. */
async function tryLoading({ model }: PreparedModel, chosen: ChosenFlavor): Promise<void> {
  try {
    const predictor = await loadPredictor(chosen, model, { logger: silentLogger, threads: 1 });
    await predictor[Symbol.asyncDispose]();
  } catch (error) {
    // Nobody asked for a run: a machine without the runtime can pack, too.
    if (!(error instanceof MlserveError && error.kind === "flavor_unavailable")) throw error;
  }
}

/** The example may be new, or lie in the folder. */
async function findRequest({ model, sources }: PreparedModel): Promise<SelfTestRequest | undefined> {
  const { inputExample, signature } = model.descriptor;
  const name = inputExample?.servingInputPath;
  const source = sources.find((each) => each.name === name);
  if (name === undefined || source === undefined) return undefined;
  return { name, body: "content" in source ? source.content : await model.files.read(name), signature };
}

async function record(
  request: SelfTestRequest,
  { model }: PreparedModel,
  chosen: ChosenFlavor,
): Promise<SelfTest | undefined> {
  try {
    // One thread, so that the number of processors cannot change the order in which numbers are added.
    const predictor = await loadPredictor(chosen, model, { logger: silentLogger, threads: 1 });
    return await disposing(predictor, () => recordSelfTest(request, predictor));
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    const where = `self-test with ${quoteName(request.name)}`;
    const hint =
      error.kind === "flavor_unavailable"
        ? "Or pack the model without running it: --no-self-test"
        : "Mend the input example or the model, or pack it with --no-self-test";
    throw new MlserveError(error.kind, error.message, { where, hint, cause: error });
  }
}

async function disposing<T>(predictor: Predictor, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await predictor[Symbol.asyncDispose]();
  }
}
