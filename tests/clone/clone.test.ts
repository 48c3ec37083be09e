import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../install/checkout.js";
import { runNode } from "../install/programs.js";
import { askServer } from "../install/served-example.js";

let folder: string;
const clone = (): string => join(folder, "mlserve");
const start = (...args: string[]): string[] => ["scripts/start.mjs", "--port", "0", ...args];
const paste = async (command: string): Promise<unknown> =>
  JSON.parse(execFileSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" }));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-clone-"));
  execFileSync("git", ["clone", "--quiet", ROOT, clone()]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a fresh clone", () => {
  it("starts with one command, and the line to paste that it prints gets an answer", async () => {
    const served = await askServer(start(), { cwd: clone(), ready: /^(curl http:.*)$/, ask: paste });
    expect(served).toMatchObject({ answer: { predictions: [{ output_label: 0 }, { output_label: 2 }] }, exitCode: 0 });
    expect(served.lines).toEqual(
      expect.arrayContaining([expect.stringMatching(/npm ci/), expect.stringMatching(/building/)]),
    );
  });

  it("skips what is done at the second start", async () => {
    const { lines } = await askServer(start(), { cwd: clone() });
    expect(lines[0]).toMatch(/^mlserve: serving iris \(onnx[^)]*\) at http:/);
  });

  it("leaves nothing that git would see", () => {
    expect(spawnSync("git", ["status", "--porcelain"], { cwd: clone(), encoding: "utf8" }).stdout).toBe("");
  });

  it("runs the built command line", async () => {
    const outcome = await runNode(
      ["dist/cli/main.js", "predict", ".cache/iris.tar", "-i", "examples/iris/request.json"],
      { cwd: clone() },
    );
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ predictions: [{ output_label: 0 }, { output_label: 2 }] });
  });
});
