import { realpath } from "node:fs/promises";

/** Where a file is that may not be there yet, through all links; undefined when it is not. */
export async function realPathIfThere(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
