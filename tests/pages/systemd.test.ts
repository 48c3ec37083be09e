import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { blocksOf } from "../docs/follow-pages.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

it("docs/production.md has a unit that systemd understands", ({ skip }) => {
  const isThere = spawnSync("systemd-analyze", ["--version"]).status === 0;
  skip(!isThere, "this machine has no systemd-analyze");
  const [unit, ...others] = blocksOf("docs/production.md").filter(({ language }) => language === "ini");
  expect(others).toEqual([]);
  const file = join(folder.path, "iris.service");
  writeFileSync(file, unit?.text ?? "");
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
  expect({ status, faults: stderr.split("\n").filter((line) => line.includes("iris.service")) }).toEqual({
    status: 0,
    faults: [],
  });
});
