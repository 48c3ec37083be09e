import { MlserveError, quoteName } from "../src/core/errors.js";
import { BUILTIN_FLAVORS } from "../src/flavors/builtin.js";
import { loadFlavorModule } from "../src/flavors/load-flavor-module.js";
import { createFlavorRegistry, type FlavorRegistry } from "../src/flavors/registry.js";
import { definedOf } from "./defined.js";
import type { Io } from "./io.js";
import { toPath } from "./open.js";

export interface FlavorOptions {
  /** Modules that hold flavors, by their paths. */
  readonly flavor: readonly string[] | undefined;
  readonly useFlavor: string | undefined;
}

/** The flavors that a command line knows, those of its modules first, and which of them it asks for. */
export interface KnownFlavors {
  readonly flavors: FlavorRegistry;
  readonly useFlavor?: string;
}

/** Throws `usage` for a module that is none, and `unknown_flavor` for a name that is taken. */
export async function loadFlavors(
  { flavor = [], useFlavor }: FlavorOptions,
  io: Pick<Io, "cwd">,
): Promise<KnownFlavors> {
  const name = flavor.find((word) => !isModule(word));
  if (name !== undefined)
    throw new MlserveError("usage", `${quoteName(name)} is no path of a module`, {
      where: "--flavor",
      hint: `Write ./${name}.js for a module of yours; --use-flavor ${name} chooses among the flavors of the model`,
    });
  return { flavors: await createRegistry(flavor, io), ...definedOf({ useFlavor }) };
}

/**
 * As {@link loadFlavors}, for `pack`, where `--flavor` also takes the name of a flavor: the one to pack a folder as.
 *
 * Throws `usage` when two are named.
 */
export async function loadPackFlavors({ flavor = [], useFlavor }: FlavorOptions, io: Io): Promise<KnownFlavors> {
  const names = new Set([...flavor.filter((word) => !isModule(word)), ...(useFlavor === undefined ? [] : [useFlavor])]);
  const [name, ...others] = names;
  if (others.length > 0)
    throw new MlserveError("usage", `a model is packed as one flavor, not as ${[...names].map(quoteName).join(", ")}`, {
      where: "--flavor",
    });
  return { flavors: await createRegistry(flavor.filter(isModule), io), ...definedOf({ useFlavor: name }) };
}

/** A path, or the name of a file of JavaScript; the names of flavors have neither slashes nor such endings. */
function isModule(word: string): boolean {
  return /[\\/]/.test(word) || /\.[cm]?[jt]s$/i.test(word);
}

async function createRegistry(modules: readonly string[], io: Pick<Io, "cwd">): Promise<FlavorRegistry> {
  const loaded = [];
  for (const module of modules)
    loaded.push(...(await loadFlavorModule(module.startsWith("file:") ? module : toPath(module, io))));
  return createFlavorRegistry([...loaded, ...BUILTIN_FLAVORS]);
}
