import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

export interface TemporaryFolder {
  readonly path: string;
  /** The path of something in it. */
  at(...names: string[]): string;
  /** Writes a file into it, and gives its path. */
  put(name: string, content: string | Uint8Array): string;
}

/** A folder of its own for every test of the file, removed after it. */
export function useTemporaryFolder(): TemporaryFolder {
  let path = "";
  const at = (...names: string[]): string => join(path, ...names);
  beforeEach(() => {
    path = realpathSync(mkdtempSync(join(tmpdir(), "mlserve-test-")));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    at,
    put(name, content) {
      writeFileSync(at(name), content);
      return at(name);
    },
  };
}
