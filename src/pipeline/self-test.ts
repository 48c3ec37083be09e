import { arch, platform } from "node:os";
import { MlserveError } from "../core/errors.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Model } from "../format/model.js";
import { parseSelfTest, SELF_TEST_FILE, type SelfTest } from "../format/self-test-file.js";
import type { Signature } from "../format/signature.js";
import { findDifference } from "./compare-outputs.js";
import { recordOutputs } from "./recorded-outputs.js";
import { runExample } from "./run-example.js";
import { TOLERANCES } from "./tolerances.js";

/** What a self-test is made of. */
export interface SelfTestRequest {
  /** The name of the file that holds the body. */
  readonly name: string;
  readonly body: Uint8Array;
  readonly signature: Signature;
}

/**
 * Records what a model answers; undefined when it answers the same request twice in different ways.
 *
 * Throws as the answer to the request would.
 */
export async function recordSelfTest(
  { name, body, signature }: SelfTestRequest,
  predictor: Predictor,
): Promise<SelfTest | undefined> {
  const outputs = recordOutputs(await runExample(body, signature, predictor));
  const again = recordOutputs(await runExample(body, signature, predictor));
  if (findDifference({ outputs, tolerance: TOLERANCES }, again) !== undefined) return undefined;
  const used = new Set<string>(outputs.map(({ dtype }) => dtype));
  const tolerance = Object.fromEntries(Object.entries(TOLERANCES).filter(([dtype]) => used.has(dtype)));
  const { runtime = "unknown", version = "unknown" } = predictor.runtime;
  return {
    request: name,
    outputs,
    tolerance,
    platform: { os: platform(), arch: arch(), runtime: String(runtime), version: String(version) },
  };
}

/**
 * Sends a model the request of its self-test again and compares its answer with the recorded one.
 *
 * Throws `invalid_package` when there is no self-test that could be run, `invalid_model` when the answer is another,
 * and what the answer to any request could.
 */
export async function runSelfTest({ files, descriptor }: Model, predictor: Predictor): Promise<void> {
  if (!files.has(SELF_TEST_FILE)) {
    const hint = "Pack it again with an input example, which makes one";
    throw new MlserveError("invalid_package", "the model has no self-test", { hint });
  }
  const test = parseSelfTest(await files.read(SELF_TEST_FILE));
  const body = await files.read(test.request);
  const answered = recordOutputs(await inSelfTest(() => runExample(body, descriptor.signature, predictor)));
  const difference = findDifference(test, answered);
  if (difference === undefined) return;
  const { os, arch: processor, runtime, version } = test.platform;
  throw new MlserveError("invalid_model", difference, {
    where: "self-test",
    hint: `It was recorded on ${os} ${processor} with ${runtime} ${version}: look at what has changed since`,
  });
}

async function inSelfTest<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    throw new MlserveError(error.kind, error.message, { where: "self-test", cause: error });
  }
}
