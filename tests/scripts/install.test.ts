import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

it("scripts/install.mjs, the first step of .ci/run, is done at once where everything is installed", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/install.mjs"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});
