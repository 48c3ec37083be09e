import { MlserveError, quoteName } from "../core/errors.js";
import { suggestWord } from "../core/nearest-word.js";
import type { Flavor } from "./flavor.js";
import { flavorFault } from "./flavor-shape.js";

/** Flavors by name, in order of preference. */
export interface FlavorRegistry {
  /** All of them, the preferred first. */
  readonly flavors: readonly Flavor[];
  /** The flavor of a name; undefined when there is none. */
  get(name: string): Flavor | undefined;
  /** Throws `unknown_flavor` when there is none of the name, and says which there are. */
  require(name: string): Flavor;
}

/**
 * Makes a registry of flavors, the preferred first.
 *
 * Throws `unknown_flavor` when a name stands twice (which of two would be used must never depend on order), and `usage`
 * for what is no flavor.
 */
export function createFlavorRegistry(flavors: readonly Flavor[]): FlavorRegistry {
  const byName = new Map<string, Flavor>();
  for (const flavor of flavors) {
    const fault = flavorFault(flavor);
    if (fault !== undefined) throw new MlserveError("usage", `what should be a flavor is none: ${fault}`);
    if (byName.has(flavor.name)) throw registeredTwice(flavor.name);
    byName.set(flavor.name, flavor);
  }
  return {
    flavors: [...byName.values()],
    get: (name) => byName.get(name),
    require(name) {
      const flavor = byName.get(name);
      if (flavor !== undefined) return flavor;
      const names = [...byName.keys()];
      const hint = suggestWord(name, names) ?? `Known are: ${names.join(", ")}`;
      throw new MlserveError("unknown_flavor", `there is no flavor ${quoteName(name)}`, { hint });
    },
  };
}

function registeredTwice(name: string): MlserveError {
  const reason = `the flavor ${quoteName(name)} is registered twice`;
  return new MlserveError("unknown_flavor", reason, { hint: "Give one of the two another name" });
}
