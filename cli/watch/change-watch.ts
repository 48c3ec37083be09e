import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FolderHints } from "./folder-hints.js";
import { listTracked } from "./list-tracked.js";
import { areSame, MISSING, readStamps, type Stamps } from "./stamps.js";

/** Files that look the same for so long are written to the end: editors empty, write and rename in less. */
const QUIET_MS = 25;
/** Files that never look the same are taken as they are after this time. */
const RESTLESS_MS = 3000;
/** Without a hint of the system somebody looks all the same, but spends no more than a twentieth of the time with it. */
const PAUSE_MS = 1000;
const SHARE = 20;

/**
 * Waits for changes of the files that a model is made of. The system's events only say when to look; what has changed is
 * seen by comparing, so that no save is lost and none counts twice, however an editor writes.
 */
export class ChangeWatch implements Disposable {
  private readonly path: string;
  private readonly hints = new FolderHints();
  private others: readonly string[] = [];
  private known: Stamps = new Map();
  private pauseMs = PAUSE_MS;

  private constructor(path: string) {
    this.path = path;
  }

  static async start(path: string): Promise<ChangeWatch> {
    const watch = new ChangeWatch(path);
    watch.accept(await watch.look());
    return watch;
  }

  /**
   * Waits until files are other than they were when this settled the last time, and are written to the end. Gives the
   * moment when that was seen first, by `performance.now()`. Rejects when the signal is aborted.
   */
  async changed(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const seen = await this.look();
      const since = performance.now();
      if (!areSame(seen, this.known)) {
        const settled = await this.settle(seen, signal);
        if (!areSame(settled, this.known)) {
          this.accept(settled);
          return since;
        }
      }
      await this.hints.next(this.pauseMs, signal);
    }
  }

  /**
   * Watches these files too, instead of those named before. One that was written after `sinceMs` (since 1970) counts as
   * changed: who has read it may have read what was there before.
   */
  async follow(paths: readonly string[], sinceMs: number): Promise<void> {
    const dropped = this.others.filter((path) => !paths.includes(path));
    this.others = paths;
    const known = new Map(this.known);
    for (const path of dropped) known.delete(path);
    for (const [path, stamp] of await this.look())
      if (!this.known.has(path)) known.set(path, stamp.modifiedMs < sinceMs ? stamp : MISSING);
    this.accept(known);
  }

  [Symbol.dispose](): void {
    this.hints[Symbol.dispose]();
  }

  private accept(stamps: Stamps): void {
    this.known = stamps;
    this.hints.watch(new Set([dirname(this.path), ...Array.from(stamps.keys(), (path) => dirname(path))]));
  }

  private async look(): Promise<Stamps> {
    const start = performance.now();
    const stamps = await readStamps([...(await listTracked(this.path)), ...this.others]);
    this.pauseMs = Math.max(PAUSE_MS, SHARE * (performance.now() - start));
    return stamps;
  }

  private async settle(seen: Stamps, signal: AbortSignal): Promise<Stamps> {
    const end = performance.now() + RESTLESS_MS;
    for (let before = seen; ; ) {
      await delay(QUIET_MS, undefined, { signal });
      const now = await this.look();
      if (areSame(before, now) || performance.now() > end) return now;
      before = now;
    }
  }
}
