import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { MlserveError } from "../core/errors.js";
import { READ_ONCE } from "../core/read-once.js";
import { readYaml } from "../core/yaml-reader.js";
import { schemaFault, schemaFaults } from "./schema-fault.js";
import { NO_SIGNATURE, parseSignature, type Signature } from "./signature.js";

/** The name of the file that makes a folder a model. */
export const MLMODEL_FILE = "MLmodel";

/** A parsed `MLmodel` file. Unknown keys are kept in {@link raw}. */
export interface MlmodelDescriptor {
  /** Flavor blocks by name, in the order of the file. */
  readonly flavors: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** What the model takes and gives. */
  readonly signature: Signature;
  /** `model_uuid`: MLflow's name for the model, or one that `pack` made from its content. */
  readonly modelUuid: string | undefined;
  /** The MLflow that saved the model. */
  readonly mlflowVersion: string | undefined;
  /** What whoever saved the model noted; `mlserve` in it is what `pack` noted. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** `saved_input_example_info`, when the model has an input example. */
  readonly inputExample: InputExampleInfo | undefined;
  /** The whole mapping as it stands in the file. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Where the files of an input example are, relative to the MLmodel file. */
export interface InputExampleInfo {
  /** The example itself. */
  readonly artifactPath: string;
  /** A ready request body, when MLflow wrote one. */
  readonly servingInputPath: string | undefined;
  /** MLflow's word for what the example is: `dataframe`, `ndarray`, `json_object`, … */
  readonly type: string;
}

const anyMap = z.record(z.string(), z.unknown());

/** The fields that mlserve reads; every other key of the file is nobody's business but its owner's. */
const descriptorSchema = z.looseObject({
  flavors: z.record(z.string(), anyMap).nullish(),
  signature: anyMap.nullish(),
  is_signature_from_type_hint: z.boolean().nullish(),
  model_uuid: z.string().nullish(),
  mlflow_version: z.string().nullish(),
  metadata: anyMap.nullish(),
  saved_input_example_info: z
    .looseObject({ artifact_path: z.string(), type: z.string(), serving_input_path: z.string().nullish() })
    .nullish(),
});

type DescriptorFields = z.infer<typeof descriptorSchema>;

/** MLflow's files have a few kilobytes; a signature of ten thousand columns comes near to this. */
export const MAX_MLMODEL_BYTES = 1024 * 1024;

/** Reads an `MLmodel` file. Throws `invalid_descriptor` naming the line or the field that is wrong. */
export function parseMlmodel(content: string | Uint8Array): MlmodelDescriptor {
  const raw = readYaml(asText(content));
  const parsed = descriptorSchema.safeParse(raw, READ_ONCE);
  if (!parsed.success) throw schemaFault(parsed.error, "");
  return toDescriptor(parsed.data, raw, parseSignature(parsed.data.signature ?? {}));
}

/** What can be said of an `MLmodel` file with faults. */
export interface MlmodelSurvey {
  readonly faults: readonly MlserveError[];
  /** Without the parts of the signature that are wrong; undefined when no more can be read. */
  readonly descriptor: MlmodelDescriptor | undefined;
}

/** Reads an `MLmodel` file as far as it goes, and lists every fault where {@link parseMlmodel} stops at the first. */
export function surveyMlmodel(content: Uint8Array): MlmodelSurvey {
  const faults: MlserveError[] = [];
  const raw = collect(faults, () => readYaml(asText(content)));
  if (raw === undefined) return { faults, descriptor: undefined };
  const parsed = descriptorSchema.safeParse(raw, READ_ONCE);
  if (!parsed.success) return { faults: schemaFaults(parsed.error, ""), descriptor: undefined };
  const parts = (["inputs", "outputs", "params"] as const).map((part) =>
    collect(faults, () => ({ [part]: parseSignature({ [part]: parsed.data.signature?.[part] })[part] })),
  );
  return { faults, descriptor: toDescriptor(parsed.data, raw, Object.assign({ ...NO_SIGNATURE }, ...parts)) };
}

function collect<T>(faults: MlserveError[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    faults.push(error);
    return undefined;
  }
}

function asText(content: string | Uint8Array): string {
  const bytes =
    typeof content === "string"
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.byteLength > MAX_MLMODEL_BYTES) throw refusal(`the file has more than ${MAX_MLMODEL_BYTES} bytes`);
  if (!isUtf8(bytes)) throw refusal("the file is not valid UTF-8");
  return bytes.toString("utf8");
}

function toDescriptor(
  fields: DescriptorFields,
  raw: Readonly<Record<string, unknown>>,
  signature: Signature,
): MlmodelDescriptor {
  const example = fields.saved_input_example_info ?? undefined;
  return {
    flavors: new Map(Object.entries(fields.flavors ?? {})),
    signature: fields.is_signature_from_type_hint === true ? { ...signature, fromTypeHint: true } : signature,
    modelUuid: fields.model_uuid ?? undefined,
    mlflowVersion: fields.mlflow_version ?? undefined,
    metadata: fields.metadata ?? undefined,
    inputExample: example && {
      artifactPath: example.artifact_path,
      servingInputPath: example.serving_input_path ?? undefined,
      type: example.type,
    },
    raw,
  };
}

function refusal(reason: string): MlserveError {
  return new MlserveError("invalid_descriptor", reason, { where: "MLmodel" });
}
