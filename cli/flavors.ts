import { BUILTIN_FLAVORS } from "../src/flavors/builtin.js";
import { createFlavorRegistry, type FlavorRegistry } from "../src/flavors/registry.js";

/** The flavors that the command line knows. */
export function createFlavors(): FlavorRegistry {
  return createFlavorRegistry(BUILTIN_FLAVORS);
}
