import { z } from "zod";
import { MlserveError, quoteName } from "../../core/errors.js";

const WEIGHT_DTYPES = ["float32", "int32", "bool", "string", "complex64"] as const;

const weightSpec = z.looseObject({
  name: z.string().min(1),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(WEIGHT_DTYPES),
  group: z.enum(["model", "optimizer"]).optional(),
  quantization: z
    .looseObject({
      dtype: z.enum(["uint8", "uint16", "float16"]),
      min: z.number().optional(),
      scale: z.number().optional(),
    })
    .optional(),
});

const tensorShape = z.looseObject({
  dim: z.array(z.looseObject({ size: z.union([z.string(), z.number()]).optional() })).optional(),
  unknownRank: z.boolean().optional(),
});

const signatureTensor = z.looseObject({
  name: z.string().optional(),
  dtype: z.union([z.string(), z.number()]).optional(),
  tensorShape: tensorShape.optional(),
  /** Set for a resource that the model itself makes: no input of a call. */
  resourceId: z.number().nullish(),
});

const signature = z.looseObject({
  inputs: z.record(z.string(), signatureTensor).nullish(),
  outputs: z.record(z.string(), signatureTensor).nullish(),
});

const topology = z.record(z.string(), z.unknown());

const modelJson = z.looseObject({
  format: z.string().nullish(),
  generatedBy: z.string().nullish(),
  modelTopology: topology,
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSpec) })),
  signature: signature.nullish(),
  userDefinedMetadata: z.looseObject({ signature: signature.nullish() }).nullish(),
  modelInitializer: topology.nullish(),
  initializerSignature: signature.nullish(),
});

export type WeightSpec = z.output<typeof weightSpec>;
export type SignatureTensor = z.output<typeof signatureTensor>;
export type TensorShapeProto = z.output<typeof tensorShape>;
export type ModelSignature = z.output<typeof signature>;
export type Topology = z.output<typeof topology>;

/** What a model.json says, by its parts; the topology is read by the kind of the model. */
export interface ModelJson extends Pick<z.output<typeof modelJson>, "weightsManifest" | "initializerSignature"> {
  /** Its name among the model's files. */
  readonly file: string;
  readonly kind: "graph" | "layers";
  readonly topology: Topology;
  readonly initializer: Topology | undefined;
  readonly signature: ModelSignature | undefined;
}

/** A larger text would not fit into a string. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a model.json; `file` is its name among the model's files.
 *
 * Throws `invalid_model` naming the field that is wrong, and `unsupported_model` for a format that is not TensorFlow.js's.
 */
export function parseModelJson(bytes: Uint8Array, file: string): ModelJson {
  const raw = parseJson(bytes, file);
  refuseOtherFormats(raw, file);
  const parsed = modelJson.safeParse(raw);
  if (!parsed.success) throw fieldFault(parsed.error, file);
  const { modelTopology, modelInitializer, userDefinedMetadata, ...rest } = parsed.data;
  return {
    file,
    kind: kindOf(rest.format, modelTopology, file),
    topology: modelTopology,
    initializer: modelInitializer ?? undefined,
    signature: userDefinedMetadata?.signature ?? rest.signature ?? undefined,
    weightsManifest: rest.weightsManifest,
    initializerSignature: rest.initializerSignature,
  };
}

function parseJson(bytes: Uint8Array, file: string): unknown {
  if (bytes.length > MAX_BYTES) throw damagedModel(file, `it has more than ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damagedModel(file, "it is not valid JSON", cause);
  }
}

const KINDS: ReadonlyMap<unknown, ModelJson["kind"]> = new Map([
  ["graph-model", "graph"],
  ["layers-model", "layers"],
]);

/** Many a tool writes a model.json: one of another's is told as such, before its fields are looked at. */
function refuseOtherFormats(raw: unknown, file: string): void {
  const format = typeof raw === "object" && raw !== null && "format" in raw ? raw.format : undefined;
  if (format === undefined || format === null || KINDS.has(format)) return;
  const named = typeof format === "string" ? quoteName(format) : "no text";
  throw new MlserveError("unsupported_model", `its format is ${named}, not graph-model or layers-model`, {
    where: quoteName(file),
    hint: "Convert the model with tensorflowjs_converter",
  });
}

/** Converters before 1.0 wrote no format. */
function kindOf(format: string | null | undefined, found: Topology, file: string): ModelJson["kind"] {
  const kind = KINDS.get(format);
  if (kind !== undefined) return kind;
  if (Array.isArray(found.node)) return "graph";
  if ("model_config" in found || "class_name" in found) return "layers";
  throw damagedModel(file, "its modelTopology is neither a graph nor layers");
}

function fieldFault(error: z.ZodError, file: string): MlserveError {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? `[${key}]` : `.${fieldName(key)}`)).join("");
  const reason = issue?.message.replace(/^Invalid input: /, "") ?? "not as expected";
  const where = path === "" ? quoteName(file) : `${quoteName(file)}: ${path.replace(/^\./, "")}`;
  return new MlserveError("invalid_model", reason, { where, cause: error });
}

function fieldName(key: PropertyKey): string {
  const name = String(key);
  return /^[\w-]{1,60}$/.test(name) ? name : quoteName(name);
}

/** What is wrong with the file itself. */
export function damagedModel(file: string, reason: string, cause?: unknown): MlserveError {
  return new MlserveError("invalid_model", reason, { where: quoteName(file), cause });
}
