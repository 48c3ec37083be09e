import { once } from "node:events";
import { rmSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { MlserveError } from "../src/core/errors.js";

/** A stream that text is written to; a terminal says so. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A stream that is read; a terminal says so. */
export type InputStream = Readable & { readonly isTTY?: boolean };

/** Everything of the process that a command may touch, so that a test can stand in for it. */
export interface Io {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; names of files on the command line are relative to it. */
  readonly cwd: string;
  /** Where models lie that were got from elsewhere for this run, by what the command line calls them. */
  readonly fetched?: ReadonlyMap<string, string>;
  /** Where private folders may be made. */
  readonly temporaryFolder: string;
  readonly interrupts: Interrupts;
  /** Runs `cleanup` when the process ends in whatever way, so it must not wait for anything. */
  atExit(cleanup: () => void): void;
  readonly holder: Holder;
}

/** Another process that can end this one, and clean up after it, while a model's code blocks it. */
export interface Holder {
  /** Ends this process with the error, unless `relax` is called in that time. Until then, no call changes it. */
  expect(ms: number, error: MlserveError): void;
  relax(): void;
  /** A file that must not outlive this process. */
  removeAtEnd(path: string): void;
}

/** Nobody can end this process but the user. */
export const NO_HOLDER: Holder = { expect: () => {}, relax: () => {}, removeAtEnd: () => {} };

/** Removes a file when the process ends, also when it is ended while a model blocks it. */
export function removeAtEnd(path: string, { atExit, holder }: Pick<Io, "atExit" | "holder">): void {
  atExit(() => rmSync(path, { force: true }));
  holder.removeAtEnd(path);
}

/** SIGINT, SIGTERM and their like. */
export interface Interrupts {
  /**
   * Takes over the first of them: it aborts the signal instead of ending the process at once. The next one ends it.
   */
  take(): AbortSignal;
}

/** Writes and waits until the text has left the process. A reader that went away (`| head`) is no error. */
export function write(stream: OutputStream, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(content, (error) => {
      if (error && !isBrokenPipe(error)) reject(error);
      else resolve();
    });
  });
}

/** Did the reader of our output go away? */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
}

/** Settles when the signal is aborted, also where it is already. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
