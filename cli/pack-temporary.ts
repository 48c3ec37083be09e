import { join } from "node:path";
import type { OnProgress } from "../src/core/progress.js";
import { findSource } from "../src/pack/find-source.js";
import { stopEsbuild } from "../src/pack/function/import-esbuild.js";
import { pack } from "../src/pack/pack.js";
import { definedOf } from "./defined.js";
import type { KnownFlavors } from "./flavors.js";

/**
 * Packs a model into a folder that is removed later, and gives the path of the package. Whoever asks loads it next, so
 * that it is not loaded here, and esbuild does not stay beside a server.
 *
 * @param onSources told of the files that it was made of, by their paths: the sources of a function, or a graph with its
 * weights
 */
export async function packTemporary(
  source: string,
  temporaryFolder: string,
  { onProgress, ...known }: KnownFlavors & { readonly onProgress?: OnProgress },
  onSources: (paths: readonly string[]) => void = () => {},
): Promise<string> {
  const found = await findSource(source, known.useFlavor);
  const output = join(temporaryFolder, `${found.name}.tar`);
  const settings = { selfTest: false, onSources, ...known, ...definedOf({ onProgress }) };
  const { files } = await pack({ source, output, temporaryFolder, ...settings });
  const packed = new Set(files.map(({ name }) => name));
  if (found.kind === "bare") onSources(found.files.filter(({ name }) => packed.has(name)).map(({ path }) => path));
  if (found.kind === "function") await stopEsbuild();
  return output;
}
