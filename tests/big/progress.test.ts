import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CLI, ROOT } from "../e2e/built-cli.js";
import { hasTerminals, runOnTerminal, type TerminalRunOptions } from "../support/on-terminal.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const CLEAR_LINE = "\r\u001b[K";

/** 400 MB that take longer than a second to compress on any machine, and become an eighth of that. */
function weights(): Buffer {
  const parts = Array.from({ length: 1000 }, () => new Array<Buffer>(8).fill(randomBytes(1000)));
  return Buffer.concat(Array.from({ length: 50 }, () => Buffer.concat(parts.flat())));
}

describe.runIf(hasTerminals())("long work at a terminal", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => {
    cpSync(join(ROOT, "examples/iris/model"), join(folder.path, "iris"), { recursive: true });
    writeFileSync(join(folder.path, "iris/weights.bin"), weights());
    mkdirSync(join(folder.path, "tmp"));
  });

  const pack = (flags: readonly string[], options: Partial<TerminalRunOptions> = {}) =>
    runOnTerminal([process.execPath, CLI, "pack", "iris", "-o", "iris.tar.gz", ...flags], {
      cwd: folder.path,
      ...options,
      environment: { TMPDIR: join(folder.path, "tmp"), ...options.environment },
    });

  it("redraws one line, and takes it away for the result", async () => {
    const { code, text } = await pack([]);
    const [before, ...lines] = text.split(CLEAR_LINE);
    const result = lines.pop();
    expect({ code, before }).toEqual({ code: 0, before: "" });
    expect(lines).toContainEqual(
      expect.stringMatching(/^packing [\d.]+ [kM]B of 400 MB \(\d+ %\), \d+ MB\/s, \d+ s left$/),
    );
    expect(lines.filter((line) => line.length > 79 || line.includes("\n"))).toEqual([]);
    expect(result).toMatch(/^packed .*iris.* into iris\.tar\.gz\n/);
  });

  it.each([
    { name: "--quiet", flags: ["--quiet"], environment: {} },
    { name: "--json", flags: ["--json"], environment: {} },
    { name: "a terminal that cannot take a line back", flags: ["--no-self-test"], environment: { TERM: "dumb" } },
  ])("says nothing of it with $name", async ({ flags, environment }) => {
    const { code, text } = await pack(flags, { environment });
    expect(code).toBe(0);
    expect(text).not.toContain("packing");
    expect(text).not.toContain("\u001b");
  });

  it("leaves nothing behind when a person has had enough of it", async () => {
    const before = readdirSync(folder.path);
    const { code, text } = await pack([], { type: { when: /packing .* left/, keys: "\u0003" } });
    expect(code).toBe(130);
    expect(text.endsWith(CLEAR_LINE)).toBe(true);
    expect([readdirSync(folder.path), readdirSync(join(folder.path, "tmp"))]).toEqual([before, []]);
  });
});
