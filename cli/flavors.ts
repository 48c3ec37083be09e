import { onnxFlavor } from "../src/flavors/onnx/flavor.js";
import { createFlavorRegistry, type FlavorRegistry } from "../src/flavors/registry.js";

/** The flavors that the command line knows. */
export function createFlavors(): FlavorRegistry {
  return createFlavorRegistry([onnxFlavor]);
}
