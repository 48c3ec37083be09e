import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, ROOT, type Workplace } from "./built-cli.js";

// Here and not beside the tests of the module: vitest imports otherwise than Node does.

const MODEL = join(ROOT, "tests/fixtures/models/onnx_int64");
const SOUND = 'export default { name: "mine", load: async () => ({}) };\n';
const ONNX = 'export default { name: "onnx", load: async () => ({}) };\n';

let place: Workplace;
beforeAll(() => {
  place = openWorkplace();
  write("sound.mjs", SOUND);
  write("broken.mjs", "export const b = ;\n");
  mkdirSync(join(place.cwd, "folder"));
});
afterAll(() => place[Symbol.dispose]());

const write = (name: string, text: string): void => writeFileSync(join(place.cwd, name), text);

const BROKEN: readonly [string, string, string][] = [
  ["does not end", "export const a = 1;\nexport default {\n  name: 'x',\n", '"mine.mjs", line 4: SyntaxError: '],
  ["has a word too many", "export const a = 1;\n\nconst b c = 2;\n", '"mine.mjs", line 3: SyntaxError: '],
  [
    "throws",
    "const a = 1;\nthrow new TypeError('not today');\n",
    '"mine.mjs", line 2: it fails while it is loaded: TypeError: not today',
  ],
  ["reads what is no JSON", "\n\nJSON.parse('{');\n", '"mine.mjs", line 3: it fails while it is loaded: SyntaxError: '],
  [
    "throws a text",
    "throw 'x';\n",
    'flavor module "mine.mjs": it fails while it is loaded: it throws what is no Error',
  ],
  [
    "imports a package that is not there",
    'import "no-such-package-anywhere";\n',
    'flavor module "mine.mjs": it imports "no-such-package-anywhere", which is not there',
  ],
  [
    "imports a file that is not there",
    'import "./gone.mjs";\n',
    'flavor module "mine.mjs": it imports "gone.mjs", which is not there',
  ],
  [
    "imports a name that is not there",
    '\nimport { nothing } from "./sound.mjs";\n',
    "\"mine.mjs\", line 2: SyntaxError: The requested module './sound.mjs' does not provide an export named 'nothing'",
  ],
  ["imports a module with a fault", 'export { b } from "./broken.mjs";\n', '"broken.mjs", line 1: SyntaxError: '],
  ["exports no flavor", "export const load = 1;\n", 'flavor module "mine.mjs": exports no flavor'],
  ["has the name of a built-in flavor", ONNX, 'the flavor "onnx" is registered twice'],
];

describe("--flavor with a module that", () => {
  it.each(BROKEN)("%s ends in one line", async (_, text, says) => {
    write("mine.mjs", text);
    const { code, stdout, stderr, left } = await place.run(["inspect", MODEL, "--flavor", "./mine.mjs"]);
    expect({ stdout, stderr, left }).toEqual({ stdout: "", stderr: expect.stringMatching(/^[^\n]+\n$/), left: [] });
    expect(stderr).toContain(`mlserve: error: ${says}`);
    expect(stderr).not.toContain(place.cwd);
    expect(code).toBe(text === ONNX ? 3 : 2);
  });

  it.each([
    ["is not there", ["--flavor", "./gone.mjs"], 'flavor module "gone.mjs": there is no such file'],
    ["is a folder", ["--flavor", "./folder"], 'flavor module "folder": is no file'],
    ["is no module's name", ["--flavor", "onnx"], '--flavor: "onnx" is no path of a module. Write ./onnx.js'],
    ["is given twice", ["--flavor", "./sound.mjs", "--flavor", "sound.mjs"], '"mine" is registered twice'],
    ["is of no kind that Node imports", ["--flavor", "./package.txt"], "this version of Node does not import files"],
  ])("%s ends in one line", async (_, words, says) => {
    write("package.txt", SOUND);
    const { code, stderr } = await place.run(["inspect", MODEL, ...words]);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(says);
    expect([2, 3]).toContain(code);
  });

  it("lies in a folder with blanks and letters of every kind is loaded", async () => {
    mkdirSync(join(place.cwd, "mein Ordner ü#%"));
    write("mein Ordner ü#%/x.mjs", SOUND);
    expect(await place.run(["inspect", MODEL, "--flavor", "mein Ordner ü#%/x.mjs"])).toMatchObject({ code: 0 });
  });

  it("is sound is loaded, from a variable too", async () => {
    const environment = { MLSERVE_FLAVOR: "sound.mjs" };
    const { code, stdout } = await place.run(["inspect", MODEL, "--json"], { environment });
    expect([code, JSON.parse(stdout).served_by]).toEqual([0, "onnx"]);
  });
});

const TYPED = `interface Answer { readonly kind: "value"; readonly value: unknown }
export default {
  name: "mine",
  load: async () => ({
    unsigned: "json",
    batchable: false,
    runtime: { runtime: "mine" },
    predict: async (batch: Answer): Promise<Answer> => batch,
    async [Symbol.asyncDispose]() {},
  }),
};
`;

/** Node strips types by itself from 22.18 on. */
const STRIPS_TYPES = "typescript" in process.features && process.features.typescript !== false;

describe("--flavor with a module in TypeScript", () => {
  const predict = (...options: string[]) => place.run(["predict", "typed", "-i", "one.json", ...options]);
  beforeAll(() => {
    write("package.json", '{ "type": "module" }');
    mkdirSync(join(place.cwd, "typed"));
    write("typed/MLmodel", "flavors:\n  mine: { a: 1 }\n");
    write("one.json", '{"inputs": 1}');
    write("mine.ts", TYPED);
    write("broken.ts", "interface A { a: 1 }\nexport const x: A = ;\n");
  });

  it.skipIf(STRIPS_TYPES).each(["mine.ts", "broken.ts"])("says in one line that Node cannot: %s", async (name) => {
    expect(await predict("--flavor", `./${name}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^mlserve: error: flavor module "\w+\.ts": .*TypeScript needs Node 22\.18 or newer\n$/,
      ),
    });
  });

  it.runIf(STRIPS_TYPES)("is loaded", async () => {
    expect(await predict("--flavor", "./mine.ts")).toMatchObject({ code: 0, stdout: '{"predictions":1}\n' });
  });

  it.runIf(STRIPS_TYPES)("is loaded in worker processes", async () => {
    const options = ["--port", "0", "--isolation", "process", "--flavor", "./mine.ts"];
    const program = place.start(["serve", "typed", ...options]);
    const [, url] = await program.find(/, 1 worker\) at (http:\S+) /);
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/invocations`, { method: "POST", headers, body: '{"inputs": 1}' });
    expect(await response.json()).toEqual({ predictions: 1 });
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  it.runIf(STRIPS_TYPES)("that is no TypeScript ends in one line with its line", async () => {
    expect(await predict("--flavor", "./broken.ts")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^mlserve: error: "broken\.ts", line 2: SyntaxError: [^\n]+\n$/),
    });
  });
});

describe("--flavor with an ES module that its package.json takes for CommonJS", () => {
  it("ends in a line that says what to name it", async () => {
    mkdirSync(join(place.cwd, "old"));
    write("old/package.json", '{ "type": "commonjs" }');
    write("old/mine.js", SOUND);
    const { code, stderr } = await place.run(["inspect", MODEL, "--flavor", "old/mine.js"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /error: "mine\.js", line 1: SyntaxError: .*\. Flavors are ES modules: name the file \.mjs, or /,
    );
  });
});

describe("--use-flavor", () => {
  const COMMANDS = [
    ["inspect", MODEL],
    ["validate", MODEL],
    ["predict", MODEL, "-i", "request.json"],
    ["serve", MODEL],
    ["pack", MODEL],
  ];

  it.each(COMMANDS)("must name a flavor of the model for %s", async (...argv) => {
    write("request.json", '{"inputs": {"x": [1]}}');
    const { code, stdout, stderr } = await place.run([...argv, "--use-flavor", "mine", "--flavor", "./sound.mjs"]);
    expect(stdout + stderr).toContain('the model has no flavor "mine", only onnx, python_function');
    expect(code).toBe(3);
  });

  it.each(COMMANDS)("must name a flavor that is known for %s", async (...argv) => {
    const { code, stdout, stderr } = await place.run([...argv, "--use-flavor", "nope"]);
    expect(stdout + stderr).toContain('there is no flavor "nope". Known are: js_function, onnx, tfjs');
    expect(code).toBe(3);
  });
});
