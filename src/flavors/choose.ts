import { MlserveError, quoteName } from "../core/errors.js";
import type { MlmodelDescriptor } from "../format/mlmodel.js";
import { readConfig } from "./config-schema.js";
import type { Flavor } from "./flavor.js";
import type { FlavorRegistry } from "./registry.js";

/** The flavor that a model is run with. */
export interface ChosenFlavor {
  /** One of the registry. */
  readonly flavor: Flavor;
  /** The flavor's block of the MLmodel file, as its schema read it. */
  readonly config: unknown;
  /** Those that it was chosen from, which the model may use for files that it brings along. */
  readonly flavors?: FlavorRegistry;
}

/**
 * The flavor that a model is run with: the first of the registry that the MLmodel file has, or the one asked for.
 *
 * Throws `unknown_flavor` when there is none of the name asked for, `unsupported_model` when the model has none that can
 * be served, and `invalid_descriptor` naming the field of a block that is wrong.
 *
 * @param options `useFlavor` is the name of the one to use
 */
export function chooseFlavor(
  descriptor: MlmodelDescriptor,
  registry: FlavorRegistry,
  { useFlavor }: { readonly useFlavor?: string } = {},
): ChosenFlavor {
  const flavor = useFlavor === undefined ? findFirst(descriptor, registry) : findNamed(useFlavor, descriptor, registry);
  return { flavor, config: readConfig(flavor, descriptor.flavors.get(flavor.name)), flavors: registry };
}

function findNamed(name: string, descriptor: MlmodelDescriptor, registry: FlavorRegistry): Flavor {
  const flavor = registry.require(name);
  if (descriptor.flavors.has(name)) return flavor;
  throw new MlserveError(
    "unknown_flavor",
    `the model has no flavor ${quoteName(name)}, only ${listFlavors(descriptor)}`,
  );
}

function findFirst(descriptor: MlmodelDescriptor, registry: FlavorRegistry): Flavor {
  const flavor = registry.flavors.find(({ name }) => descriptor.flavors.has(name));
  if (flavor !== undefined) return flavor;
  if (descriptor.flavors.size === 0)
    throw new MlserveError("unsupported_model", "the MLmodel file names no flavor", { hint: SEE });
  const reason = `none of the model's flavors can be served (${listFlavors(descriptor)})`;
  throw new MlserveError("unsupported_model", reason, { hint: `${adviceFor(descriptor, registry)}. ${SEE}` });
}

function listFlavors({ flavors }: MlmodelDescriptor): string {
  const names = [...flavors.keys()].map((name) => (/^[\w-]{1,60}$/.test(name) ? name : quoteName(name)));
  return names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
}

const SEE = "See https://github.com/mlserve/mlserve/blob/main/docs/export.md";

/** How each of MLflow's flavors becomes a model that can be served. */
const EXPORTS: Readonly<Record<string, string>> = {
  sklearn: "Export it to ONNX with skl2onnx.to_onnx",
  pytorch: "Export it to ONNX with torch.onnx.export",
  xgboost: "Export it to ONNX with onnxmltools.convert_xgboost",
  lightgbm: "Export it to ONNX with onnxmltools.convert_lightgbm",
  catboost: 'Export it to ONNX with model.save_model("model.onnx", format="onnx"), or with onnxmltools',
  spark: "Export it to ONNX with onnxmltools.convert_sparkml",
  h2o: "Export it to ONNX with onnxmltools.convert_h2o",
  tensorflow: "Export it to ONNX with tf2onnx, or to TensorFlow.js with tensorflowjs_converter",
  keras: "Export it to ONNX with tf2onnx, or to TensorFlow.js with tensorflowjs_converter",
  transformers: "Export it to ONNX with optimum-cli export onnx, or with torch.onnx.export",
  sentence_transformers: "Export it to ONNX with optimum-cli export onnx, or with torch.onnx.export",
};

/** MLflow's python_function wraps any other flavor, whose name is the end of its loader's. */
function adviceFor({ flavors }: MlmodelDescriptor, registry: FlavorRegistry): string {
  const loader = String(flavors.get("python_function")?.loader_module ?? "");
  const names = [...flavors.keys(), loader.replace(/^mlflow\./, "")];
  const known = names.find((name) => Object.hasOwn(EXPORTS, name));
  const advice = known === undefined ? undefined : EXPORTS[known];
  if (advice !== undefined) return advice;
  const functions = registry.get("js_function") !== undefined;
  return `Export what it computes to ONNX${functions ? ", or write it as a function in JavaScript (flavor js_function)" : ""}`;
}
