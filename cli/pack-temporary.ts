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
 */
export async function packTemporary(
  source: string,
  temporaryFolder: string,
  { onProgress, ...known }: KnownFlavors & { readonly onProgress?: OnProgress },
): Promise<string> {
  const { name, kind } = await findSource(source, known.useFlavor);
  const output = join(temporaryFolder, `${name}.tar`);
  await pack({ source, output, temporaryFolder, selfTest: false, ...known, ...definedOf({ onProgress }) });
  if (kind === "function") await stopEsbuild();
  return output;
}
