import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, openWorkplace, ROOT, type Workplace } from "./built-cli.js";

let workplace: Workplace;
beforeAll(async () => {
  workplace = openWorkplace();
  const { cwd } = workplace;
  cpSync(join(ROOT, "examples/iris/model"), join(cwd, "iris"), { recursive: true });
  cpSync(join(ROOT, "examples/iris/request.json"), join(cwd, "request.json"));
  await workplace.run(["pack", "iris", "-o", "iris.tar"]);
  for (const folder of ["shut", "read-only"]) mkdirSync(join(cwd, folder));
  cpSync(join(cwd, "iris"), join(cwd, "half-shut"), { recursive: true });
  writeFileSync(join(cwd, "shut.json"), "{}");
  writeFileSync(join(cwd, "rows.csv"), `${COLUMNS}\n${"5.1,3.5,1.4,0.2\n".repeat(20_000)}`);
  for (const name of ["shut", "shut.json", "half-shut/model.onnx"]) chmodSync(join(cwd, name), 0o000);
  chmodSync(join(cwd, "read-only"), 0o555);
});
afterAll(() => {
  for (const name of ["shut", "read-only"]) chmodSync(join(workplace.cwd, name), 0o755);
  workplace[Symbol.dispose]();
});

const PORT_RULE = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const COLUMNS = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)";

/** Root may read everything, unless it gives that up. */
const BOUND = process.getuid?.() === 0 ? "setpriv --inh-caps=-all --bounding-set=-all " : "";
const canBeBound = BOUND === "" || spawnSync("sh", ["-c", `${BOUND}true`]).status === 0;

async function sh(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const mlserve = `'${process.execPath}' '${CLI}'`;
  const env = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, HOME: workplace.cwd };
  const child = spawn("sh", ["-c", line.replaceAll("mlserve", mlserve)], { cwd: workplace.cwd, env });
  child.stdin.end();
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

describe.runIf(canBeBound)("what the user may not do", () => {
  it.each([
    { line: "pack shut", says: '"shut": permission denied' },
    { line: "serve shut", says: 'file "shut": permission denied' },
    { line: "validate shut", says: 'file "shut": permission denied' },
    { line: "inspect half-shut", says: 'file "model.onnx": permission denied' },
    { line: "serve half-shut", says: 'file "model.onnx": permission denied' },
    { line: "predict iris.tar -i shut.json", says: '--input "shut.json": permission denied' },
    { line: "pack iris --signature shut.json", says: '--signature "shut.json": permission denied' },
    { line: "serve iris.tar --config shut.json", says: "shut.json: permission denied" },
    { line: "pack iris -o read-only/x.tar", says: 'writing "x.tar": permission denied' },
    { line: "predict iris.tar -i request.json -o read-only/a.json", says: 'writing "a.json": permission denied' },
    { line: "predict iris.tar -i rows.csv -o read-only/a.csv", says: 'writing "a.csv": permission denied' },
  ])("is told in one line: $line", async ({ line, says }) => {
    expect(await sh(`${BOUND}mlserve ${line}`)).toEqual({ code: 5, stdout: "", stderr: `mlserve: error: ${says}\n` });
  });
});

/** Some containers let everybody listen on any port. */
const areLowPortsShut = existsSync(PORT_RULE) && Number(readFileSync(PORT_RULE, "utf8")) > 80;

it.runIf(canBeBound && areLowPortsShut)("a port that is for root is told as one", async () => {
  const { code, stderr } = await sh(`${BOUND}mlserve serve iris.tar --port 80`);
  expect(code).toBe(5);
  expect(stderr).toBe(
    "mlserve: error: 127.0.0.1:80: this user may not listen on the port. Ports below 1024 are for root; choose another with --port\n",
  );
});

describe("a stream that fails", () => {
  it
    .runIf(existsSync("/dev/full"))
    .each(["inspect iris.tar", "predict iris.tar -i rows.csv", "--help", "serve --help"])(
    "is a full disk behind the output of %s",
    async (line) => {
      const stderr = "mlserve: error: standard output: no space left on the disk\n";
      expect(await sh(`mlserve ${line} > /dev/full`)).toEqual({ code: 5, stdout: "", stderr });
    },
  );

  it.each(["inspect iris.tar", "predict iris.tar -i rows.csv", "--help", "doctor --json"])(
    "is a reader of %s that has seen enough",
    async (line) => {
      const { stdout, stderr } = await sh(`mlserve ${line} | head -c 1`);
      expect({ length: stdout.length, stderr }).toEqual({ length: 1, stderr: "" });
    },
  );

  it("is a standard input that is closed", async () => {
    expect(await sh("mlserve predict iris.tar <&-")).toEqual({
      code: 4,
      stdout: "",
      stderr: "mlserve: error: standard input: is empty: expected a request body in JSON. Name a file with --input\n",
    });
  });
});

describe("Ctrl-C", () => {
  it("ends the scoring of a pipe, and leaves no file", async () => {
    const args = ["predict", "iris.tar", "--input-format", "csv", "-o", "scored.csv"];
    const program = workplace.start(args, { stdin: "pipe" });
    const seen = new Promise<void>((resolve) => {
      const watcher = watch(workplace.cwd, () => {
        if (!readdirSync(workplace.cwd).some((name) => name.endsWith(".tmp"))) return;
        watcher.close();
        resolve();
      });
    });
    program.child.stdin?.write(`${COLUMNS}\n5.1,3.5,1.4,0.2\n`);
    await seen;
    program.child.kill("SIGINT");
    const { code, stderr, left } = await program.ended;
    expect({ code, stderr, left }).toEqual({ code: 130, stderr: "", left: [] });
    expect(readdirSync(workplace.cwd).filter((name) => /scored|\.tmp$/.test(name))).toEqual([]);
  });

  it("ends a function that takes its time to load", async () => {
    writeFileSync(
      join(workplace.cwd, "slow.mjs"),
      'export function load() { process.stderr.write("loading\\n"); return new Promise((resolve) => setTimeout(resolve, 60_000)); }\nexport function predict() { return 1; }\n',
    );
    const program = workplace.start(["serve", "slow.mjs", "--port", "0"]);
    await program.findError(/loading/);
    program.child.kill("SIGINT");
    const { code, left } = await program.ended;
    expect({ code, left }).toEqual({ code: 130, left: [] });
  });
});
