import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openWorkplace } from "./built-cli.js";

const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

const KEY = "0123456789abcdef";
const SERVING = / at (https?:\S+) /;
/** Tells whether the code of the model can see the key. */
writeFileSync(
  join(workplace.cwd, "predict.mjs"),
  'export default () => [Object.values(process.env).some((value) => value?.includes("0123456789"))];\n',
);

const serve = (args: readonly string[] = [], environment = {}) =>
  workplace.start(["serve", "predict.mjs", "--port", "0", ...args], { environment });

describe.each(["process", "inline"])("a server with a key and its model %s", (isolation) => {
  it("asks for it, hides it from the model and from the log, and gives metrics on their own port", async () => {
    const args = ["--isolation", isolation, "--metrics-port", "0"];
    const program = serve(args, { MLSERVE_API_KEY: KEY });
    const [, url] = await program.find(SERVING);
    const ask = (headers: Record<string, string>) =>
      fetch(`${url}/invocations`, { method: "POST", headers, body: '{"inputs":[1]}' });
    expect((await ask({ "content-type": "application/json" })).status).toBe(401);
    const answered = await ask({ "content-type": "application/json", "x-api-key": KEY });
    expect(await answered.json()).toEqual({ predictions: [false] });
    expect((await fetch(`${url}/metrics`, { headers: { "x-api-key": KEY } })).status).toBe(404);
    const [, metrics = ""] = await program.findError(/"url":"(http:[^"]+\/metrics)"/);
    expect(await (await fetch(metrics)).text()).toContain('status="401"');
    program.child.kill("SIGTERM");
    const { code, stderr, left } = await program.ended;
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(stderr).not.toContain(KEY);
  });
});

describe("what cannot be used of the access options is one line, before the model is loaded", () => {
  writeFileSync(join(workplace.cwd, "short.txt"), "team short\n");
  it.each([
    { args: ["--api-key", KEY], said: "--api-key: a secret cannot be given where others can read it" },
    { args: ["--api-key-file", "missing.txt"], said: "--api-key-file: the file cannot be read" },
    { args: ["--api-key-file", "short.txt"], said: "--api-key-file, line 1: expected a key of at least 16 characters" },
    { args: ["--tls-cert", "a.crt"], said: "--tls-cert: a certificate and its private key are given together" },
    { args: ["--tls-cert", "a.crt", "--tls-key", "a.key"], said: "--tls-cert: the file cannot be read" },
    { args: ["--rate-limit", "fast"], said: "--rate-limit: expected a rate such as 100/s" },
  ])("$args", async ({ args, said }) => {
    const { code, stdout, stderr, left } = await serve(args).ended;
    expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
    expect(stderr).toMatch(/^mlserve: error: .*\n$/);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain(KEY);
  });

  it("shows no secret in --print-config", async () => {
    const { stdout } = await serve(["--print-config"], { MLSERVE_API_KEY: KEY }).ended;
    expect(stdout).toMatch(/^ *api-key +\(secret\) +MLSERVE_API_KEY$/m);
  });
});
