import type { OnProgress } from "../core/progress.js";

/** Counts the bytes that are read. */
export interface Progress {
  /** So many more bytes will be read. */
  expect(bytes: number): void;
  add(bytes: number): void;
}

export function createProgress(onProgress: OnProgress = () => {}): Progress {
  let done = 0;
  let total = 0;
  return {
    expect(bytes) {
      total += bytes;
    },
    add(bytes) {
      // The few files that pack itself writes are not expected.
      done = Math.min(done + bytes, total);
      onProgress({ work: "pack", done, total });
    },
  };
}
