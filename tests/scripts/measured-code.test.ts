import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { staleness } from "../../scripts/figures/measured-code.mjs";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
    cwd: folder.path,
    encoding: "utf8",
  }).trim();

const write = (file: string, text: string): void => {
  mkdirSync(join(folder.path, file, ".."), { recursive: true });
  writeFileSync(join(folder.path, file), text);
};

let commit = "";
beforeEach(() => {
  git("init", "--quiet");
  for (const file of ["src/pack/pack.ts", "src/serve/app.ts", "README.md"]) write(file, "before");
  git("add", ".");
  git("commit", "--quiet", "--message", "measured");
  commit = git("rev-parse", "HEAD");
});

describe("staleness", () => {
  it.each([
    { name: "pack", file: "README.md", stale: false },
    { name: "pack", file: "src/serve/app.ts", stale: false },
    { name: "pack", file: "src/pack/pack.ts", stale: true },
    { name: "http", file: "src/serve/app.ts", stale: true },
    { name: "one that nobody knows", file: "src/pack/pack.ts", stale: true },
  ])("is told of $name after a change of $file: $stale", ({ name, file, stale }) => {
    write(file, "after");
    const told = staleness(name, { commit, changed: false }, folder.path);
    if (stale) expect(told).toMatch(new RegExp(`src.* changed since ${commit.slice(0, 10)}$`));
    else expect(told).toBeUndefined();
    git("commit", "--all", "--quiet", "--message", "changed");
    expect(staleness(name, { commit, changed: false }, folder.path)).toBe(told);
  });

  it.each([
    { machine: { commit: null, changed: null }, told: "measured outside of a checkout of git" },
    { machine: { commit: "0123", changed: true }, told: "measured with changes that were not committed" },
    { machine: { commit: "f".repeat(40), changed: false }, told: `there is no commit ${"f".repeat(40)}` },
  ])("is told of $machine", ({ machine, told }) => {
    expect(staleness("http", machine, folder.path)).toBe(told);
  });
});
