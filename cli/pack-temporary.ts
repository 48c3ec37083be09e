import { join } from "node:path";
import { BUILTIN_FLAVORS } from "../src/flavors/builtin.js";
import { createFlavorRegistry } from "../src/flavors/registry.js";
import { findSource } from "../src/pack/find-source.js";
import { pack } from "../src/pack/pack.js";

/**
 * Packs a model into a folder that is removed later, and gives the path of the package. Whoever asks loads it next, so
 * that it is not loaded here.
 */
export async function packTemporary(source: string, temporaryFolder: string): Promise<string> {
  const { name } = await findSource(source);
  const output = join(temporaryFolder, `${name}.tar`);
  await pack({ source, output, temporaryFolder, flavors: createFlavorRegistry(BUILTIN_FLAVORS), selfTest: false });
  return output;
}
