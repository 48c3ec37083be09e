/** What may take longer than a second. */
export type LongWork =
  | "unpack"
  | "check"
  | "hash"
  | "pack"
  | "load"
  | "warm_up"
  | "self_test"
  | "score"
  | "test"
  | "compare"
  | "image"
  | "pull"
  | "push"
  | "write";

/** How far work is. Bytes are counted, but tests are of `test`; nothing is, where nobody knows how long it takes. */
export interface WorkProgress {
  readonly work: LongWork;
  readonly done?: number;
  readonly total?: number;
}

/** Told when work begins, and as it goes on. */
export type OnProgress = (progress: WorkProgress) => void;

/** For loops that read files: what is given to it are the bytes that were read since. */
export function countBytes(onProgress: OnProgress | undefined, work: LongWork, total: number): (bytes: number) => void {
  let done = 0;
  onProgress?.({ work, done, total });
  return (bytes) => {
    done += bytes;
    onProgress?.({ work, done, total });
  };
}
