import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeFiles } from "../support/function-model.js";
import { openWorkplace, ROOT } from "./built-cli.js";

const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

const JSON_BODY = { "content-type": "application/json" };
const SERVING = / at (http:\S+) /;

describe("the example with a network inside", () => {
  const source = join(ROOT, "examples/topics");

  it("is packed, and answers from its package", async () => {
    const packed = await workplace.run([
      "pack",
      source,
      "-o",
      "topics.tar",
      "--input-example",
      `${source}/request.json`,
    ]);
    expect(packed).toMatchObject({ code: 0, stderr: "", left: [] });
    expect(packed.stdout).toMatch(/^ {2}files +MLmodel, .*model\.onnx, predict\.mjs/m);
    const answered = await workplace.run(["predict", "topics.tar", "-i", `${source}/request.json`]);
    expect(answered).toMatchObject({ code: 0, stderr: "", left: [] });
    expect(JSON.parse(answered.stdout).predictions).toMatchObject([{ topic: "pets" }, { topic: "money" }]);
  });

  it("is served from its source", async () => {
    const program = workplace.start(["serve", join(source, "predict.ts"), "--port", "0"]);
    const [, url] = await program.find(SERVING);
    const body = '{"dataframe_records":[{"title":"the dog"}],"params":{"threshold":1}}';
    const response = await fetch(`${url}/invocations`, { method: "POST", headers: JSON_BODY, body });
    expect(await response.json()).toMatchObject({ predictions: [{ topic: null }] });
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });
});

describe("a function that streams without end", () => {
  it.each(["process", "inline"])("is told when its client leaves (%s)", async (isolation) => {
    const file = join(workplace.cwd, "predict.mjs");
    writeFileSync(
      file,
      `export default async function* (_, { signal, log }) {
        try {
          for (let i = 0; !signal.aborted; i++) { yield i; await new Promise(setImmediate); }
        } finally {
          log.info("the stream was given up");
        }
      }`,
    );
    const program = workplace.start(["serve", file, "--port", "0", "--isolation", isolation]);
    const [, url] = await program.find(SERVING);
    const leave = new AbortController();
    const response = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { ...JSON_BODY, accept: "text/event-stream" },
      body: '{"inputs":1}',
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^data: 0\n\n/);
    leave.abort();
    await program.findError(/the stream was given up/);
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });
});

describe("a function with a fault", () => {
  it("is refused in one line that names the source", async () => {
    const folder = join(workplace.cwd, "faulty");
    cpSync(join(ROOT, "examples/topics"), folder, { recursive: true });
    writeFileSync(join(folder, "plain-text.ts"), "export const toPlainText = (;\n");
    expect(await workplace.run(["pack", "faulty"])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/^mlserve: error: plain-text\.ts:1:29: Unexpected .*\n$/),
      left: [],
    });
  });

  it("is refused with the line of its source when its module throws", async () => {
    writeFileSync(join(workplace.cwd, "early.ts"), "interface A {\n  a: 1;\n}\nthrow new Error('at load');\n");
    expect(await workplace.run(["pack", "early.ts"])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: "mlserve: error: early.ts:4: the module cannot be loaded: Error: at load\n",
      left: [],
    });
  });

  it("is refused with its line when it is loaded and was never packed", async () => {
    const files = {
      MLmodel: "flavors:\n  js_function: { module: predict.mjs }\n",
      "predict.mjs": "export default () => {\n  const a = ;\n}",
    };
    const folder = writeFiles(join(workplace.cwd, "unpacked"), files);
    writeFileSync(join(workplace.cwd, "one.json"), '{"inputs":1}');
    expect(await workplace.run(["predict", folder, "-i", "one.json"])).toMatchObject({
      code: 3,
      stderr: "mlserve: error: predict.mjs:2: the module cannot be loaded: SyntaxError: Unexpected token ';'\n",
    });
  });

  it.each([
    ["ends the program", "process.exit(0)", "the model's code has ended the program"],
    ["waits for ever", "await new Promise(() => {})", "the model's code waits for what never comes"],
  ])("is no success where it %s", async (_, code, says) => {
    writeFileSync(
      join(workplace.cwd, "ends.mjs"),
      `export const load = async () => { ${code}; };\nexport default () => 1;\n`,
    );
    expect(await workplace.run(["pack", "ends.mjs"])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: `mlserve: error: ${says}\n`,
      left: [],
    });
    const inJson = await workplace.run(["pack", "ends.mjs", "--json"]);
    expect(JSON.parse(inJson.stderr)).toMatchObject({ kind: "invalid_model", message: says });
  });

  it("tells the one who runs it what it threw, and where", async () => {
    writeFileSync(
      join(workplace.cwd, "throws.ts"),
      "interface A {}\nexport default () => {\n  throw new TypeError('why');\n};",
    );
    writeFileSync(join(workplace.cwd, "one.json"), '{"inputs":1}');
    expect(await workplace.run(["predict", "throws.ts", "-i", "one.json"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "mlserve: error: the function threw TypeError (why at throws.ts:3)\n",
      left: [],
    });
  });
});
