import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { OnProgress } from "../core/progress.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import { SIGNATURE_FILE } from "../format/checksums.js";
import { MLMODEL_FILE, type MlmodelDescriptor, parseMlmodel } from "../format/mlmodel.js";
import { type Edit, editMlmodel } from "../format/mlmodel-writer.js";
import { openFolder } from "../format/open-model.js";
import type { PathSource } from "../format/package-writer.js";
import type { Signature } from "../format/signature.js";
import { formatSignature } from "../format/signature-json.js";
import type { SavedSource } from "./find-source.js";
import { type InputExample, readInputExample } from "./input-example.js";
import { type Metadata, metadataEdits } from "./package-metadata.js";
import type { PreparedModel } from "./prepared-model.js";
import type { Progress } from "./progress.js";

export interface SavedModelOptions {
  readonly name?: string | undefined;
  /** Entries to add to `metadata`, or to put in the place of those of the same key. */
  readonly metadata?: Metadata | undefined;
  readonly flavors: FlavorRegistry;
  /** The flavor that will run the model, of those that it has. */
  readonly useFlavor?: string | undefined;
  readonly inputExample?: string | undefined;
  /** What takes the place of the parts that the MLmodel file says. */
  readonly signature?: Partial<Signature> | undefined;
  readonly progress: Progress;
  /** Told how far checking the files is. */
  readonly onProgress?: OnProgress | undefined;
  /** A file of the folder that is no part of the model, by its real path. */
  readonly ignore?: string | undefined;
}

/** Opens a saved folder and checks it; its MLmodel file stays as it is unless an option changes it. */
export async function prepareSaved(source: SavedSource, options: SavedModelOptions): Promise<PreparedModel> {
  const { onProgress } = options;
  const saved = await openFolder(source.folder, onProgress === undefined ? {} : { onProgress }, options.ignore);
  const { files, checksums, descriptor } = saved;
  const signature = options.signature && { ...descriptor.signature, ...options.signature };
  const example =
    options.inputExample === undefined
      ? undefined
      : await readInputExample(options.inputExample, signature ?? descriptor.signature);
  const before = await files.read(MLMODEL_FILE);
  const content = editDescriptor(before, descriptor, { ...options, example, signature });
  const replaced = [{ name: MLMODEL_FILE, content }, ...(example?.files ?? [])];
  const kept = files.names
    .filter((name) => replaced.every((file) => file.name !== name))
    .map(
      (name): PathSource => ({ name, path: files.path(name), bytes: files.size(name), sha256: checksums?.get(name) }),
    );
  for (const file of kept) options.progress.expect(file.bytes);
  const name = options.name ?? saved.name;
  const model = { ...saved, name, descriptor: content === before ? descriptor : parseMlmodel(content) };
  return { model, sources: [...replaced, ...kept], warnings: await signatureWarnings(source) };
}

interface Changes extends Pick<SavedModelOptions, "name" | "metadata" | "flavors" | "useFlavor"> {
  readonly example: InputExample | undefined;
  readonly signature: Signature | undefined;
}

/** The very bytes when there is nothing to change. */
function editDescriptor(
  content: Uint8Array,
  descriptor: MlmodelDescriptor,
  { name, metadata, flavors, useFlavor, example, signature }: Changes,
): Uint8Array {
  const edits: Edit[] = [];
  if (signature !== undefined) edits.push([["signature"], formatSignature(signature)]);
  if (example !== undefined) edits.push([["saved_input_example_info"], example.info]);
  if (edits.length === 0 && name === undefined && metadata === undefined) return content;
  const flavor = flavors.flavors.find(
    (known) => descriptor.flavors.has(known.name) && (useFlavor ?? known.name) === known.name,
  );
  edits.push(...metadataEdits(descriptor, { name, metadata, flavor }));
  return Buffer.from(editMlmodel(Buffer.from(content).toString("utf8"), edits));
}

async function signatureWarnings({ folder }: SavedSource): Promise<string[]> {
  const there = await stat(join(folder, SIGNATURE_FILE)).then(
    () => true,
    () => false,
  );
  return there ? [`${SIGNATURE_FILE} is left out: sign the list of the new package`] : [];
}
