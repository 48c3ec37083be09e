import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "../../src/format/model.js";
import { openModel } from "../../src/format/open-model.js";
import type { ModelChecks } from "../../src/format/read-model.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { loadOwned } from "../load-owned.js";
import { isUnpacked, unsigned } from "../open.js";
import type { ChangeWatch } from "./change-watch.js";
import { Packer } from "./packer.js";

export interface VersionSource {
  /** What the user named. */
  readonly path: string;
  /** A folder for temporary files that somebody removes at the end. */
  readonly temporaryFolder: string;
  /** Modules of flavors. */
  readonly flavor: readonly string[];
  readonly useFlavor: string | undefined;
  /** What a package has to be. */
  readonly checks: ModelChecks;
  readonly timeoutMs: number;
  readonly changes: ChangeWatch;
  load(model: Model, signal: AbortSignal): Promise<ServedModel>;
}

/** Loads what lies at a path as it is now, as often as it is asked to. */
export class VersionLoader implements AsyncDisposable {
  private readonly source: VersionSource;
  private readonly packer = new Packer();

  constructor(source: VersionSource) {
    this.source = source;
  }

  /**
   * A model that takes its own files along when it is disposed of; undefined where it would be `current` again. Throws
   * what is wrong with it; then, and when the signal is aborted, nothing of it is left.
   */
  async load(signal: AbortSignal, current?: ServedModel): Promise<ServedModel | undefined> {
    const model = await this.open(signal);
    if (model.digest !== undefined && model.digest === current?.digest) {
      await model[Symbol.asyncDispose]();
      return undefined;
    }
    return await loadOwned(model, async () => {
      signal.throwIfAborted();
      return await this.source.load(model, signal);
    });
  }

  /** Makes ready for the next time. */
  async prepare(): Promise<void> {
    if (await isUnpacked(this.source.path)) this.packer.prepare();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.packer[Symbol.asyncDispose]();
  }

  private async open(signal: AbortSignal): Promise<Model> {
    const { path, temporaryFolder, checks } = this.source;
    if (!(await isUnpacked(path))) return openModel(path, { ...checks, temporaryFolder, privateCopy: true });
    if (checks.trust !== undefined) throw unsigned(path);
    const folder = await mkdtemp(join(temporaryFolder, "pack-"));
    try {
      return await openModel(await this.pack(folder, signal), { temporaryFolder });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What a function imports from outside of its folder is watched from now on, also where packing it fails later. */
  private async pack(folder: string, signal: AbortSignal): Promise<string> {
    const { path, flavor, useFlavor, timeoutMs, changes } = this.source;
    const startMs = Date.now();
    let sources: readonly string[] | undefined;
    const onSources = (paths: readonly string[]): void => {
      sources = paths.filter((source) => !/[\\/]node_modules[\\/]/.test(source));
    };
    try {
      return await this.packer.pack({ source: path, folder, flavor, useFlavor }, { signal, timeoutMs, onSources });
    } finally {
      if (sources !== undefined) await changes.follow(sources, startMs);
    }
  }
}
