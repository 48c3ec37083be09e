import { stat } from "node:fs/promises";

/** What tells one content of a file from another without reading it. */
export interface Stamp {
  /** Empty for a file that is not there. */
  readonly mark: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** Stamps by the paths of their files. */
export type Stamps = ReadonlyMap<string, Stamp>;

export async function readStamps(paths: Iterable<string>): Promise<Stamps> {
  const unique = [...new Set(paths)];
  const stamps = await Promise.all(unique.map(readStamp));
  return new Map(unique.map((path, i) => [path, stamps[i] ?? MISSING]));
}

export const MISSING: Stamp = { mark: "", modifiedMs: 0 };

async function readStamp(path: string): Promise<Stamp> {
  try {
    // A file that was renamed into its place has another number, even where its times and size are the same.
    const { mtimeNs, ctimeNs, size, ino, mtimeMs } = await stat(path, { bigint: true });
    return { mark: [mtimeNs, ctimeNs, size, ino].join(":"), modifiedMs: Number(mtimeMs) };
  } catch {
    return MISSING;
  }
}

export function areSame(some: Stamps, others: Stamps): boolean {
  return some.size === others.size && [...some].every(([path, { mark }]) => others.get(path)?.mark === mark);
}
