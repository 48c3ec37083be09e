import { mkdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { ArchiveLimits } from "../../src/format/archive-limits.js";
import { extractArchive } from "../../src/format/archive-reader.js";
import { sha256Of } from "../../src/format/checksums.js";
import type { TemporaryFolder } from "./temporary-folder.js";

/** Unpacks an archive, and gives the content of each file. */
type Extract = (archive: Buffer, limits?: Partial<ArchiveLimits>) => Promise<Record<string, string>>;

/** Unpacks into the folder `out` of a test's, and proves what is told of each file. */
export function useExtraction({ at, put }: TemporaryFolder): Extract {
  return async (archive, limits) => {
    mkdirSync(at("out"));
    const files = await extractArchive(put("archive", archive), at("out"), limits);
    for (const { name, bytes, sha256 } of files) {
      const content = readFileSync(at("out", name));
      expect({ bytes, sha256 }).toEqual({ bytes: content.length, sha256: sha256Of(content) });
    }
    return Object.fromEntries(files.map(({ name }) => [name, readFileSync(at("out", name), "utf8")]));
  };
}

/** The error that refuses an archive. */
export const refusal = (reason: string | RegExp) =>
  expect.objectContaining({ kind: "invalid_package", message: expect.stringMatching(reason) });
