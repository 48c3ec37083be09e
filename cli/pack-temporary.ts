import { join } from "node:path";
import { findSource } from "../src/pack/find-source.js";
import { pack } from "../src/pack/pack.js";
import type { KnownFlavors } from "./flavors.js";

/**
 * Packs a model into a folder that is removed later, and gives the path of the package. Whoever asks loads it next, so
 * that it is not loaded here. `onSources` is told of the sources of a function.
 */
export async function packTemporary(
  source: string,
  temporaryFolder: string,
  known: KnownFlavors,
  onSources: (paths: readonly string[]) => void = () => {},
): Promise<string> {
  const { name } = await findSource(source, known.useFlavor);
  const output = join(temporaryFolder, `${name}.tar`);
  await pack({ source, output, temporaryFolder, selfTest: false, onSources, ...known });
  return output;
}
