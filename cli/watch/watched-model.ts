import { setTimeout as delay } from "node:timers/promises";
import { EXIT, MlserveError } from "../../src/core/errors.js";
import { createModelSlot, type ModelSlot } from "../../src/serve/model-slot.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { ChangeWatch } from "./change-watch.js";
import { VersionLoader, type VersionSource } from "./load-version.js";

/** How long an error waits for a newer save, which would make it old news. */
const OVERTAKEN_MS = 60;
/** A shell empties a file and writes it when it has something to write: for so long after an error, the same is no news. */
const SAME_SAVE_MS = 2000;

/** Told of what becomes of the versions of a model. */
export interface ReloadEvents {
  /** There is no version yet that could be served, and somebody has to change a file first. */
  onWaiting(error: unknown): Promise<void>;
  onReloaded(next: ServedModel, previous: ServedModel, ms: number): Promise<void>;
  /** Files have changed, and make the model that is served since then. */
  onUnchanged(since: Date, wasBroken: boolean): Promise<void>;
  /** What is served since then goes on. */
  onFailed(error: unknown, since: Date): Promise<void>;
}

/** A model that is always the last good version of its files. */
export interface WatchedModel extends AsyncDisposable {
  readonly models: ModelSlot;
  /** Loads the model again whenever its files change, until the signal is aborted. */
  keepCurrent(signal: AbortSignal): Promise<void>;
}

/**
 * Loads a model, and again with each change of its files until it can be loaded.
 *
 * Throws what no change of its files would mend: `usage`, `model_not_found`, a missing runtime.
 */
export async function openWatched(source: Omit<VersionSource, "changes">, events: ReloadEvents): Promise<WatchedModel> {
  const changes = await ChangeWatch.start(source.path);
  const loader = new VersionLoader({ ...source, changes });
  const close = async (): Promise<void> => {
    changes[Symbol.dispose]();
    await loader[Symbol.asyncDispose]();
  };
  try {
    const slot = createModelSlot(await loadFirst(loader, changes, events));
    await loader.prepare();
    return new Watched({ slot, loader, changes, events, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function loadFirst(loader: VersionLoader, changes: ChangeWatch, events: ReloadEvents): Promise<ServedModel> {
  const never = new AbortController().signal;
  for (;;) {
    try {
      const model = await loader.load(never);
      if (model !== undefined) return model;
    } catch (error) {
      if (!isMendable(error)) throw error;
      await events.onWaiting(error);
    }
    await changes.changed(never);
  }
}

/** Could another content of the files be good? */
function isMendable(error: unknown): boolean {
  if (!(error instanceof MlserveError) || error.kind === "model_not_found") return false;
  return error.exitCode === EXIT.model || error.exitCode === EXIT.failure;
}

interface Parts {
  readonly slot: ModelSlot;
  readonly loader: VersionLoader;
  readonly changes: ChangeWatch;
  readonly events: ReloadEvents;
  close(): Promise<void>;
}

class Watched implements WatchedModel {
  private readonly parts: Parts;
  private readonly retiring = new Set<Promise<void>>();
  private since = new Date();
  private isBroken = false;
  /** What was told of the last version that could not be loaded, and when. */
  private told: { readonly message: string; readonly at: number } | undefined;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  get models(): ModelSlot {
    return this.parts.slot;
  }

  async keepCurrent(signal: AbortSignal): Promise<void> {
    const { changes, loader } = this.parts;
    let change = changes.changed(signal);
    while (!signal.aborted) {
      const start = await change.catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (start === undefined) return;
      // A save during the reload ends it, and leads to another.
      const superseded = new AbortController();
      change = changes.changed(signal);
      change.then(
        () => superseded.abort(),
        () => superseded.abort(),
      );
      await this.reload(start, superseded.signal);
      if (!signal.aborted) await loader.prepare();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.retiring);
    await this.parts.slot[Symbol.asyncDispose]();
    await this.parts.close();
  }

  private async reload(start: number, signal: AbortSignal): Promise<void> {
    const { slot, loader, events } = this.parts;
    const previous = slot.current;
    try {
      const next = await loader.load(signal, previous);
      if (next !== undefined) this.replace(next);
      const ms = performance.now() - start;
      if (next === undefined) await events.onUnchanged(this.since, this.isBroken);
      else await events.onReloaded(next, previous, ms);
      this.isBroken = false;
      this.told = undefined;
    } catch (error) {
      // What was read while it was being written is not worth a word when the rest has come.
      await delay(OVERTAKEN_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.isBroken = true;
      const { message } = error instanceof Error ? error : { message: String(error) };
      if (this.told?.message === message && start - this.told.at < SAME_SAVE_MS) return;
      await events.onFailed(error, this.since);
      this.told = { message, at: performance.now() };
    }
  }

  /** The old version goes when it has answered what it was asked. */
  private replace(next: ServedModel): void {
    this.since = new Date();
    const { slot, events } = this.parts;
    const retired = slot
      .replace(next)
      .catch((error: unknown) => events.onFailed(error, this.since))
      .finally(() => this.retiring.delete(retired));
    this.retiring.add(retired);
  }
}
