import { type FSWatcher, watch } from "node:fs";

/**
 * Tells that something may have happened in some folders, as the system says so. It is no more than a hint: events come
 * several times, too early, or not at all (some network and container file systems have none).
 */
export class FolderHints implements Disposable {
  private watchers: FSWatcher[] = [];
  private isPending = false;
  private wake: (() => void) | undefined;

  /** From now on these folders, and no others. Watchers are made anew, since one dies with its folder. */
  watch(folders: Iterable<string>): void {
    this[Symbol.dispose]();
    for (const folder of folders) this.add(folder);
  }

  /** Waits for a hint since the last time, for `ms` at most. One may wait at a time. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.isPending && !signal.aborted) await this.sleep(ms, signal);
    this.isPending = false;
  }

  [Symbol.dispose](): void {
    for (const watcher of this.watchers) watcher.close();
    this.watchers = [];
  }

  private sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
      this.wake = end;
    });
  }

  private add(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.hint());
      watcher.on("error", () => watcher.close());
      this.watchers.push(watcher);
    } catch {
      // The folder is gone, or the system has no watchers left: who waits for a hint looks after a while in any case.
    }
  }

  private hint(): void {
    this.isPending = true;
    this.wake?.();
  }
}
