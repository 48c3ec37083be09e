import { MLMODEL_FILE, parseMlmodel } from "./mlmodel.js";
import type { Model } from "./model.js";
import { createModelFiles, type FoundFile } from "./model-files.js";

/** An open model as it is told to another process, which uses the same files. */
export interface FoundModel {
  readonly name: string;
  readonly digest: string | undefined;
  readonly files: readonly FoundFile[];
}

export function toFoundModel({ name, digest, files }: Model): FoundModel {
  return {
    name,
    digest,
    files: files.names.map((file) => ({ name: file, path: files.path(file), bytes: files.size(file) })),
  };
}

/** Opens what another process has opened and checked. The files stay that process's: nothing is removed here. */
export async function openFoundModel({ name, digest, files: found }: FoundModel): Promise<Model> {
  const files = createModelFiles(found);
  return {
    name,
    digest,
    files,
    descriptor: parseMlmodel(await files.read(MLMODEL_FILE)),
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
}
