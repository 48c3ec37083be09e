import { join } from "node:path";
import { findSource } from "../src/pack/find-source.js";
import { pack } from "../src/pack/pack.js";
import { createFlavors } from "./flavors.js";

/** Packs a model into a folder that is removed later, and gives the path of the package. */
export async function packTemporary(source: string, temporaryFolder: string): Promise<string> {
  const { name } = await findSource(source);
  const output = join(temporaryFolder, `${name}.tar`);
  await pack({ source, output, temporaryFolder, flavors: createFlavors() });
  return output;
}
