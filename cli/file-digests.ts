import { countBytes, type OnProgress } from "../src/core/progress.js";
import { hashFile } from "../src/format/file-bytes.js";
import type { ModelFiles } from "../src/format/model.js";
import type { ModelFile } from "../src/format/model-file.js";

/** Sizes and digests (hexadecimal) of every file, as they lie on the disk now. Throws `file_system`. */
export async function digestFiles(files: ModelFiles, onProgress: OnProgress): Promise<ModelFile[]> {
  const total = files.names.reduce((sum, name) => sum + files.size(name), 0);
  const onBytes = countBytes(onProgress, "hash", total);
  const digests: ModelFile[] = [];
  for (const name of files.names) digests.push(await hashFile({ name, path: files.path(name) }, onBytes));
  return digests;
}
