import type { Flavor } from "./flavor.js";
import { functionFlavor } from "./js-function/flavor.js";
import { onnxFlavor } from "./onnx/flavor.js";
import { tfjsFlavor } from "./tfjs/flavor.js";

/** The flavors that mlserve brings along, in order of preference. Their runtimes are loaded with the first model. */
export const BUILTIN_FLAVORS: readonly Flavor[] = [functionFlavor, onnxFlavor, tfjsFlavor];
