import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describeFunction } from "../../flavors/js-function/describe.js";
import { listCandidates } from "../../format/list-folder.js";
import { createModelFiles, type FoundFile } from "../../format/model-files.js";
import { makePrivateFolder, removePrivateFolder, sweepPrivateFolders } from "../../format/private-folder.js";
import type { BareSource, FunctionSource } from "../find-source.js";
import { BUNDLE_FILE, bundleFunction } from "./bundle.js";
import { chooseDataFiles, PASSED_OVER } from "./choose-files.js";
import { readPackageSettings } from "./package-settings.js";

export interface StageOptions {
  /** Where the private folder is made. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined;
  /** Files of the folder that are no part of the model, by their real paths: the package itself, say. */
  readonly ignore: readonly (string | undefined)[];
  /** Told of the sources that were bundled, before any of them runs. */
  onSources?(paths: readonly string[]): void;
  /** Told before any of the user's code runs. */
  onCode?(): void;
}

/** A function as it will lie in its package: the bundle, and its data. */
export interface StagedFunction {
  readonly source: BareSource;
  /** Removes the private folder. */
  dispose(): void;
}

/**
 * Bundles a function into a private folder with the files that it reads, and asks it for its signature, which runs the
 * module.
 *
 * Throws `invalid_model` naming the file and the line; then nothing is left behind.
 */
export async function stageFunction(source: FunctionSource, options: StageOptions): Promise<StagedFunction> {
  const { folder, entry, name, where } = source;
  const settings = await readPackageSettings(folder);
  const bundle = await bundleFunction(folder, entry);
  options.onSources?.(bundle.sources);
  const found = (await listCandidates(folder, PASSED_OVER)).filter(({ path }) => !options.ignore.includes(path));
  const data = chooseDataFiles(found, { entry, patterns: settings.files });
  const parent = options.temporaryFolder ?? tmpdir();
  sweepPrivateFolders(parent);
  const stage = makePrivateFolder(parent);
  const dispose = (): void => removePrivateFolder(stage);
  try {
    const files = [
      await writeBundle(stage, bundle.code),
      ...(await Promise.all(data.map((file) => link(stage, file)))),
    ];
    options.onCode?.();
    const described = await describeFunction(createModelFiles(files), BUNDLE_FILE, settings, entry);
    return { source: { kind: "bare", name, where, files, described }, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function writeBundle(stage: string, content: Uint8Array): Promise<FoundFile> {
  const path = join(stage, BUNDLE_FILE);
  await writeFile(path, content);
  return { name: BUNDLE_FILE, path, bytes: content.byteLength };
}

/** A link, so that a model of gigabytes is not copied; a copy where the system lets nobody make links. */
async function link(stage: string, { name, path, bytes }: FoundFile): Promise<FoundFile> {
  const staged = join(stage, name);
  await mkdir(dirname(staged), { recursive: true });
  await symlink(path, staged, "file").catch(() => copyFile(path, staged));
  return { name, path: staged, bytes };
}
