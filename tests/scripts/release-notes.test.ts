import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const CHANGELOG = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-01-31

### Added

- A thing.

## [1.2.2] - 2026-01-30

- Another.

[1.2.3]: https://example.org/1.2.3
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-release-"));
  mkdirSync(join(folder, "scripts"));
  for (const name of ["release-notes.mjs", "processes.mjs"])
    cpSync(join(ROOT, "scripts", name), join(folder, "scripts", name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function notesOf(tag: string, version: string): { status: number | null; stdout: string; stderr: string } {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version, type: "module" }));
  writeFileSync(join(folder, "CHANGELOG.md"), CHANGELOG);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release-notes.mjs", tag], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("scripts/release-notes.mjs", () => {
  it.each([
    { tag: "v1.2.3", notes: "### Added\n\n- A thing.\n" },
    { tag: "v1.2.2", notes: "- Another.\n" },
  ])("prints what the changelog says of $tag", ({ tag, notes }) => {
    expect(notesOf(tag, tag.slice(1))).toEqual({ status: 0, stdout: notes, stderr: "" });
  });

  it.each([
    { name: "a tag of another version", tag: "v1.2.3", version: "1.2.2", says: 'the tag is "v1.2.3"' },
    { name: "a version without a section", tag: "v1.3.0", version: "1.3.0", says: 'no section "## [1.3.0]' },
    { name: "no tag", tag: "", version: "1.2.3", says: 'the tag is ""' },
  ])("refuses $name", ({ tag, version, says }) => {
    const { status, stdout, stderr } = notesOf(tag, version);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`mlserve: error: `);
    expect(stderr).toContain(says);
  });
});
