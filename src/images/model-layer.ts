import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OnProgress } from "../core/progress.js";
import { countBytes } from "../core/progress.js";
import { CHECKSUMS_FILE, formatChecksums, SIGNATURE_FILE, sha256Of } from "../format/checksums.js";
import { hashFile } from "../format/file-bytes.js";
import { compareNames } from "../format/file-names.js";
import { MLMODEL_FILE } from "../format/mlmodel.js";
import type { Model } from "../format/model.js";
import type { ImageFile, ImageLayer } from "./image.js";
import { PACKED_MODELS } from "./places.js";

export interface ModelLayer extends ImageLayer {
  /** sha256 of the list of checksums in it. */
  readonly digest: string;
}

/**
 * The layer with the files of a model as they lie in its package, their checksums and its signature, in a folder of the
 * image. A model without checksums gets some here, of its files as they are now.
 */
export async function modelLayer(
  model: Model,
  onProgress?: OnProgress,
  folder = `${PACKED_MODELS}/${folderName(model.name)}`,
): Promise<ModelLayer> {
  const toFile = (name: string, source: string | Uint8Array): ImageFile => ({
    path: `${folder}/${name}`,
    source,
    mode: 0o644,
  });
  const listed = model.files.names.map((name) => toFile(name, model.files.path(name)));
  const { digest, lists } = await listsOf(model, onProgress);
  const files = [...listed, ...lists.map(({ name, source }) => toFile(name, source))];
  return { title: "model", files: files.sort((a, b) => compareNames(a.path, b.path)), digest };
}

interface Lists {
  readonly digest: string;
  readonly lists: readonly { readonly name: string; readonly source: string | Uint8Array }[];
}

async function listsOf({ files, digest }: Model, onProgress: OnProgress | undefined): Promise<Lists> {
  if (digest === undefined) return makeList(files, onProgress);
  const folder = dirname(files.path(MLMODEL_FILE));
  const lists = [CHECKSUMS_FILE, SIGNATURE_FILE].map((name) => ({ name, source: join(folder, name) }));
  return { digest, lists: lists.filter(({ source }) => existsSync(source)) };
}

async function makeList(files: Model["files"], onProgress: OnProgress | undefined): Promise<Lists> {
  const total = files.names.reduce((sum, name) => sum + files.size(name), 0);
  const onBytes = countBytes(onProgress, "hash", total);
  const checksums = new Map<string, string>();
  for (const name of files.names)
    checksums.set(name, (await hashFile({ name, path: files.path(name) }, onBytes)).sha256);
  const list = Buffer.from(formatChecksums(checksums));
  return { digest: sha256Of(list), lists: [{ name: CHECKSUMS_FILE, source: list }] };
}

/** A model whose package does not say its name is called by that of its folder, so that the folder has the name. */
function folderName(name: string): string {
  const isPossible = !/[/\0]/.test(name) && name !== "." && name !== ".." && Buffer.byteLength(name) <= 200;
  return isPossible && name !== "" ? name : "model";
}
