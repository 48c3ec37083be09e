import type { KeyObject } from "node:crypto";
import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import { quoteName } from "../core/errors.js";
import { silentLogger } from "../core/logger.js";
import type { OnProgress } from "../core/progress.js";
import { type ChosenFlavor, chooseFlavor } from "../flavors/choose.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { findModel } from "../format/open-model.js";
import { type FoundModel, findSigner, surveyModel } from "../format/read-model.js";
import { parseSelfTest, SELF_TEST_FILE } from "../format/self-test-file.js";
import { runExample } from "../pipeline/run-example.js";
import { runSelfTest } from "../pipeline/self-test.js";
import { createFindings, type Finding, type Findings } from "./findings.js";

/** How closely to look. */
export interface ValidateOptions {
  /** Those that may know the model. */
  readonly flavors: FlavorRegistry;
  /** The name of the flavor to look at, of those that the model has. Default: the first of the registry among them. */
  readonly useFlavor?: string;
  /** Load the model, and run its input example. Default false: no runtime is needed. */
  readonly run?: boolean;
  /** A model without `SHA256SUMS` has an error instead of a warning. Default false. */
  readonly requireChecksums?: boolean;
  /** Ed25519 public keys: a model that none of them has signed has an error. Default: signatures are not looked at. */
  readonly trust?: readonly KeyObject[];
  /** Where an archive is unpacked. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string | (() => string);
  readonly onProgress?: OnProgress;
}

/**
 * Looks for everything that is wrong with a package, a `.tar.gz` or a folder, and lists it all.
 *
 * Throws only for what says nothing about the model: `model_not_found`, `file_system`, `flavor_unavailable`.
 */
export async function validateModel(source: string, options: ValidateOptions): Promise<readonly Finding[]> {
  const findings = createFindings();
  const found = await findings.attempt("package", () => findModel(source, options));
  if (found === undefined) return findings.list;
  try {
    await checkFound(found, findings, options);
  } finally {
    found.dispose();
  }
  return findings.list;
}

async function checkFound(found: FoundModel, findings: Findings, options: ValidateOptions): Promise<void> {
  const surveyed = await findings.attempt("package", () => surveyModel(found, options.onProgress));
  if (surveyed === undefined) return;
  const { model, checksumFaults, descriptorFaults } = surveyed;
  const { trust } = options;
  if (trust !== undefined) await findings.attempt("signer", () => findSigner(found, trust));
  for (const { message } of checksumFaults) findings.add("error", "checksums", message);
  for (const { message } of descriptorFaults) findings.add("error", "descriptor", message);
  if (model === undefined) return;
  if (model.digest === undefined && checksumFaults.length === 0)
    findings.add(options.requireChecksums === true ? "error" : "warning", "checksums", "the model has no SHA256SUMS");
  await checkModel(model, findings, options);
}

async function checkModel(model: Model, findings: Findings, options: ValidateOptions): Promise<void> {
  const { signature } = model.descriptor;
  const chosen = await findings.attempt("flavor", async () => chooseFlavor(model.descriptor, options.flavors, options));
  const selfTest = await checkSelfTest(model, findings);
  const sound = chosen !== undefined && (await checkFlavor(model, chosen, findings));
  if (signature.inputs === undefined)
    findings.add("warning", "signature", "the signature has no inputs, so that requests are not checked");
  const example = await readExample(model, findings);
  if (example !== undefined) await checkExample(example, model, findings);
  if (options.run !== true || !sound) return;
  options.onProgress?.({ work: "self_test" });
  await runModel(model, chosen, { example, selfTest }, findings);
}

/** Can the model be loaded, as far as its files tell? */
async function checkFlavor(model: Model, { flavor, config }: ChosenFlavor, findings: Findings): Promise<boolean> {
  const { signature } = model.descriptor;
  const faults = await findings.attempt("model", async () => {
    await flavor.check?.(model, config);
    return (await flavor.checkSignature?.(model, config, signature)) ?? [];
  });
  for (const fault of faults ?? []) findings.add("error", "signature", fault);
  return faults !== undefined;
}

type SelfTestState = "none" | "broken" | "sound";

async function checkSelfTest({ files }: Model, findings: Findings): Promise<SelfTestState> {
  if (!files.has(SELF_TEST_FILE)) return "none";
  const test = await findings.attempt("self_test", async () => parseSelfTest(await files.read(SELF_TEST_FILE)));
  if (test === undefined) return "broken";
  if (files.has(test.request)) return "sound";
  findings.add("error", "self_test", `its request ${quoteName(test.request)} is not among the model's files`);
  return "broken";
}

/** The body of a request that the model comes with. */
async function readExample({ descriptor, files }: Model, findings: Findings): Promise<Uint8Array | undefined> {
  const { inputExample } = descriptor;
  if (inputExample === undefined) {
    findings.add("warning", "example", "the model has no input example");
    return undefined;
  }
  const { artifactPath, servingInputPath } = inputExample;
  for (const path of [artifactPath, servingInputPath]) {
    if (path !== undefined && !files.has(path))
      findings.add("error", "example", `${quoteName(path)} is not among the model's files`);
  }
  if (servingInputPath === undefined)
    findings.add("warning", "example", "the input example is not there as a request's body");
  return servingInputPath !== undefined && files.has(servingInputPath) ? files.read(servingInputPath) : undefined;
}

async function checkExample(example: Uint8Array, { descriptor }: Model, findings: Findings): Promise<void> {
  const { signature } = descriptor;
  const decodes = (coercion: "mlflow" | "safe"): Promise<boolean | undefined> =>
    findings.attempt(
      "example",
      async () => {
        compileReferenceDecoder(signature, { unsigned: "arrays", coercion: COERCIONS[coercion] })(example);
        return true;
      },
      coercion === "safe" ? "warning" : "error",
    );
  // What is refused by both is told once.
  if (await decodes("mlflow")) await decodes("safe");
}

/** What a model can be run on. */
interface Trials {
  readonly example: Uint8Array | undefined;
  readonly selfTest: SelfTestState;
}

async function runModel(
  model: Model,
  chosen: ChosenFlavor,
  { example, selfTest }: Trials,
  findings: Findings,
): Promise<void> {
  const predictor = await findings.attempt("run", () => loadPredictor(chosen, model, { logger: silentLogger }));
  if (predictor === undefined) return;
  try {
    // Its request is the input example.
    if (selfTest === "sound") await findings.attempt("self_test", () => runSelfTest(model, predictor));
    else if (example !== undefined)
      await findings.attempt("run", () => runExample(example, model.descriptor.signature, predictor));
  } finally {
    await predictor[Symbol.asyncDispose]();
  }
  if (selfTest === "none" && example !== undefined)
    findings.add("warning", "self_test", "the model has no self-test to compare its answer with");
}
