import { MlserveError, quoteName } from "../core/errors.js";
import { BUILTIN_FLAVORS } from "./builtin.js";
import type { Flavor } from "./flavor.js";
import { loadFlavorModule } from "./load-flavor-module.js";

/** From where another process gets the same flavor; it can be sent there as JSON. */
export type FlavorSource =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "module"; readonly name: string; readonly url: string };

/** undefined for a flavor that is only an object of this process: what runs it cannot be another one. */
export function flavorSourceOf(flavor: Flavor): FlavorSource | undefined {
  const { name, module } = flavor;
  if (module !== undefined) return { kind: "module", name, url: module };
  return BUILTIN_FLAVORS.includes(flavor) ? { kind: "builtin", name } : undefined;
}

/** The flavor of a source. Throws `usage` when its module is not what it was, `unknown_flavor` when it has none of the name. */
export async function loadFlavorSource(source: FlavorSource): Promise<Flavor> {
  const flavors = source.kind === "builtin" ? BUILTIN_FLAVORS : await loadFlavorModule(source.url);
  const flavor = flavors.find(({ name }) => name === source.name);
  if (flavor === undefined) throw new MlserveError("unknown_flavor", `there is no flavor ${quoteName(source.name)}`);
  return flavor;
}
