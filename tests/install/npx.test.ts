import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./checkout.js";
import { nodeFirst, type Outcome, preparedFile, type RunOptions, runNode, runProgram } from "./programs.js";
import { openSealedNetwork, type SealedNetwork, sealFault } from "./sealed-network.js";

/** What README tells users of npm 10 and 11. */
const README_LINE = { ONNXRUNTIME_NODE_INSTALL: "skip" };

/** Each npm and each Node once, as they come together; install.test.ts has other pairs. */
const CELLS = [
  { npm: "10", node: "20", env: README_LINE },
  { npm: "11", node: "22", env: README_LINE },
  { npm: "12", node: "24", env: {} },
] as const;

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const npmFile = (major: string): string => preparedFile(`MLSERVE_TEST_NPM_${major}`);
const fault = sealFault();

let folder: string;
let network: SealedNetwork | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-npx-"));
  const place = ["--ignore-scripts", "--pack-destination", folder];
  expect(await runNode([npmFile("11"), "pack", ...place], { cwd: ROOT })).toMatchObject({ code: 0 });
  network = fault === undefined ? await openSealedNetwork(npmFile("11")) : undefined;
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: readonly string[], options: Required<RunOptions>): Promise<Outcome> =>
  network === undefined ? runProgram(command, options) : network.run(command, options);

/** Where there can be none, npx is tried with the network of the machine. */
describe("the network of these tests", () => {
  it("has the registry", async ({ skip }) => {
    skip(fault !== undefined, fault);
    const ping = [process.execPath, npmFile("11"), "view", "commander@14.0.3", "version"];
    expect(await run(ping, { cwd: folder, env: homeOf("ping") })).toMatchObject({ code: 0, stdout: "14.0.3\n" });
    expect(network?.requested.some((path) => path.startsWith("/commander"))).toBe(true);
  });

  it("has nothing else", async ({ skip }) => {
    skip(fault !== undefined, fault);
    const script = 'await fetch("https://registry.npmjs.org").catch(({ cause }) => console.log(cause.code));';
    const { stdout } = await run([process.execPath, "--input-type=module", "-e", script], { cwd: folder, env: {} });
    expect(stdout).toMatch(/^(EAI_AGAIN|ENOTFOUND|ENETUNREACH)\n$/);
  });
});

describe.each(CELLS)("npx of npm $npm with Node $node in an empty folder", ({ npm, node, env }) => {
  const cell = `npm-${npm}-node-${node}`;
  const cwd = (): string => join(folder, cell);
  const program = preparedFile(`MLSERVE_TEST_NODE_${node}`);
  /** `npx` itself, or the `npm exec` that it stands for. */
  const npx = (...args: string[]): Promise<Outcome> =>
    run([program, ...args], { cwd: cwd(), env: { ...homeOf(cell), ...nodeFirst(program), ...env } });
  const npxFile = join(dirname(npmFile(npm)), "npx-cli.js");
  const tarball = `../mlserve-${version}.tgz`;

  beforeAll(() => {
    mkdirSync(cwd());
    // What npx has installed before is kept beside the cache of packages.
    rmSync(join(folder, "cache/_npx"), { recursive: true, force: true });
  });
  afterAll(() => {
    rmSync(cwd(), { recursive: true, force: true });
  });

  it("installs and runs mlserve, and leaves nothing in the folder", async () => {
    const outcome = await npx(npxFile, "--yes", tarball, "--version");
    expect(outcome).toMatchObject({ code: 0, stdout: `${version}\n` });
    expect(readdirSync(cwd())).toEqual([]);
  });

  it("answers the request of a model", async () => {
    cpSync(join(ROOT, "examples/iris"), cwd(), { recursive: true });
    const question = ["mlserve", "predict", "model", "-i", "request.json"];
    const answered = await npx(npmFile(npm), "exec", "--yes", `--package=${tarball}`, "--", ...question);
    expect(answered).toMatchObject({ code: 0 });
    expect(JSON.parse(answered.stdout)).toMatchObject({ predictions: [{ output_label: 0 }, { output_label: 2 }] });
  });
});

/** A home folder with nothing in it; the cache begins empty too, and is filled by the first. */
function homeOf(cell: string): { HOME: string; npm_config_cache: string } {
  const HOME = join(folder, `home-${cell}`);
  mkdirSync(HOME, { recursive: true });
  return { HOME, npm_config_cache: join(folder, "cache") };
}
