import { spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { descendantsOf, isWorker } from "../support/process-tree.js";
import { CLI, openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

/** Makes every file system of a mount namespace of its own read-only, and runs a program there. */
const READ_ONLY = `
mount --make-rprivate /
cut -d' ' -f2 /proc/self/mounts | while read -r folder; do mount -o remount,bind,ro "$folder" 2>/dev/null; done
if touch . 2>/dev/null; then exit 99; fi
exec "$@"
`;
const canSeal = spawnSync("unshare", ["--mount", "sh", "-c", READ_ONLY, "sh", "true"], { cwd: ROOT }).status === 0;

let workplace: Workplace;
beforeAll(async () => {
  workplace = openWorkplace();
  const { cwd } = workplace;
  cpSync(join(ROOT, "examples/iris/model"), join(cwd, "iris"), { recursive: true });
  cpSync(join(ROOT, "tests/fixtures/models/py_sum"), join(cwd, "sum"), { recursive: true });
  cpSync(join(ROOT, "examples/tfjs/web_model"), join(cwd, "spirals"), { recursive: true });
  writeFileSync(join(cwd, "spirals/MLmodel"), "flavors: { tfjs: { model: model.json } }\n");
  writeFileSync(join(cwd, "predict.mjs"), "export default (inputs) => inputs;\n");
  expect(await workplace.run(["pack", "iris", "-o", "iris.tar"])).toMatchObject({ code: 0 });
});
afterAll(() => workplace[Symbol.dispose]());

function start(...args: readonly string[]): Program {
  const { cwd, environment: env } = workplace;
  const command = ["--mount", "sh", "-c", READ_ONLY, "sh", process.execPath, CLI, ...args];
  return workplace.watch(spawn("unshare", command, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
}

const ASK = {
  iris: readFileSync(join(ROOT, "examples/iris/request.json"), "utf8"),
  sum: '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.5, 2.0]]}}',
  spirals: '{"inputs": [[-0.047, 0.498]]}',
};

async function ask(url: string, body: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${url}/invocations`, { method: "POST", headers, body })).status;
}

/** Root alone may make file systems read-only. */
describe.runIf(canSeal)("where nothing can be written at all", () => {
  it.each(["iris", "sum", "spirals"] as const)(
    "a model's folder is served, from a new worker too: %s",
    async (model) => {
      const program = start("serve", model, "--port", "0", "--isolation", "process", "--workers", "1");
      const [, url = ""] = await program.find(/ at (http:\S+) /);
      const status = await ask(url, ASK[model]);
      expect(status).toBe(200);
      const workers = (): number[] => descendantsOf(program.child.pid ?? 0).filter(isWorker);
      const [worker = 0] = workers();
      process.kill(worker, "SIGKILL");
      await vi.waitFor(() => expect(workers().filter((pid) => pid !== worker)).toHaveLength(1), 10_000);
      expect(await ask(url, ASK[model])).toBe(200);
      program.child.kill("SIGTERM");
      expect(await program.ended).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("no folder for a private copy"),
      });
    },
  );

  it("a model that runs inline is served", async () => {
    const program = start("serve", "iris", "--port", "0");
    const [, url = ""] = await program.find(/ at (http:\S+) /);
    expect(await ask(url, ASK.iris)).toBe(200);
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  it("no worker starts with files that have changed", async () => {
    const program = start("serve", "sum", "--port", "0", "--workers", "1");
    const [, url = ""] = await program.find(/ at (http:\S+) /);
    // Whoever can write to them: not this container.
    writeFileSync(join(workplace.cwd, "sum/predict.mjs"), "export default () => 666;\n");
    expect(await ask(url, ASK.sum)).toBe(200);
    process.kill(descendantsOf(program.child.pid ?? 0).find(isWorker) ?? 0, "SIGKILL");
    await program.findError(/predict\.mjs.*: is not the file/);
    program.child.kill("SIGTERM");
    await program.ended;
  });

  it.each([
    ["serve", "iris.tar"],
    ["inspect", "iris.tar"],
    ["serve", "predict.mjs"],
    ["validate", "iris.tar"],
  ])("a package or a source asks for a folder in one line: %s %s", async (...args) => {
    const { code, stdout, stderr } = await start(...args).ended;
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(
      /^mlserve: error: no private folder can be made in the folder for temporary files\. Set TMPDIR .*tmpfs.*\n$/,
    );
  });

  it.each([
    ["inspect", "iris"],
    ["validate", "iris", "--run"],
    ["predict", "iris", "-i", join(ROOT, "examples/iris/request.json")],
  ])("%s %s needs none", async (...args) => {
    expect((await start(...args).ended).code).toBe(0);
  });
});
