import { MlserveError, quoteName } from "../core/errors.js";
import type { Flavor } from "./flavor.js";

/** Flavors by name, in order of preference. */
export interface FlavorRegistry {
  readonly flavors: readonly Flavor[];
  get(name: string): Flavor | undefined;
}

/** Throws `unknown_flavor` when a name stands twice: which of two would be used must never depend on order. */
export function createFlavorRegistry(flavors: readonly Flavor[]): FlavorRegistry {
  const byName = new Map<string, Flavor>();
  for (const flavor of flavors) {
    if (byName.has(flavor.name))
      throw new MlserveError("unknown_flavor", `the flavor ${quoteName(flavor.name)} is registered twice`);
    byName.set(flavor.name, flavor);
  }
  return { flavors: [...byName.values()], get: (name) => byName.get(name) };
}
