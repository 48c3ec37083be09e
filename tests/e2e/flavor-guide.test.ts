import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { openWorkplace, ROOT, type Workplace } from "./built-cli.js";

const PAGE = readFileSync(join(ROOT, "docs/flavors.md"), "utf8");
const BLOCKS = Array.from(PAGE.matchAll(/^```js\n([\s\S]*?)^```$/gm), ([, code = ""]) => code);
const REQUEST = JSON.stringify({ dataframe_split: { columns: ["rooms", "area"], data: [[3, 80]] } });

/** The block of the page that holds some words. */
function codeWith(words: string): string {
  const [code, ...others] = BLOCKS.filter((block) => block.includes(words));
  if (code === undefined || others.length > 0) throw new Error(`not one block of the page has ${words}`);
  return code;
}

let place: Workplace;
beforeAll(() => {
  place = openWorkplace();
  const write = (name: string, text: string): void => writeFileSync(join(place.cwd, name), text);
  mkdirSync(join(place.cwd, "node_modules"));
  symlinkSync(ROOT, join(place.cwd, "node_modules/mlserve"), "junction");
  mkdirSync(join(place.cwd, "house-prices"));
  write("package.json", '{ "type": "module" }');
  write("house-prices/weights.json", '{ "bias": 1, "weights": { "rooms": 2, "area": 0.5 } }');
  write("linear.mjs", codeWith("defineFlavor({"));
  write("linear.test.js", codeWith("node:test"));
  write(
    "program.js",
    `${codeWith("createFlavorRegistry")}\nconsole.log(model.flavor);\nawait model[Symbol.asyncDispose]();\n`,
  );
  write("request.json", REQUEST);
});
afterAll(() => place[Symbol.dispose]());

const mlserve = async (line: string) => {
  const { code, stdout, stderr } = await place.run(line.split(" "));
  return { code, stdout, stderr };
};

describe("docs/flavors.md", () => {
  it("says the order of preference of the built-in flavors", () => {
    const [, names = ""] = /^2\. the built-in ones: (.*?) \(/m.exec(PAGE) ?? [];
    expect(names.split(", ")).toEqual(BUILTIN_FLAVORS.map(({ name }) => `\`${name}\``));
  });

  it("shows a flavor of about thirty lines", () => {
    expect(codeWith("defineFlavor({").trim().split("\n").length).toBeLessThanOrEqual(32);
  });

  it("shows a flavor that packs its files, and commands that work", async () => {
    const lines = Array.from(PAGE.matchAll(/^mlserve (pack \S+ --flavor .*)$/gm), ([, line = ""]) => line);
    expect(lines).toEqual(["pack ./house-prices --flavor ./linear.mjs -o prices.tar"]);
    expect(await mlserve(lines[0] ?? "")).toMatchObject({ code: 0, stdout: expect.stringContaining("linear") });
  });

  it("shows a flavor that is inspected, validated and asked", async () => {
    expect((await mlserve("inspect prices.tar --flavor ./linear.mjs --json")).stdout).toContain('"served_by":"linear"');
    expect(await mlserve("validate prices.tar --run --flavor ./linear.mjs")).toMatchObject({ code: 0 });
    const answer = await mlserve("predict prices.tar -i request.json --flavor ./linear.mjs");
    expect(answer).toEqual({ code: 0, stdout: '{"predictions":[{"price":47.0}]}\n', stderr: "" });
  });

  it("shows a flavor that is served from a process of its own", async () => {
    const server = place.start([
      "serve",
      "prices.tar",
      "--flavor",
      "./linear.mjs",
      "--port",
      "0",
      "--log-level",
      "warn",
    ]);
    const [line, url] = await server.find(/serving .* at (http:\S+)/);
    expect(line).toContain("(linear, 1 worker)");
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/invocations`, { method: "POST", headers, body: REQUEST });
    expect([answer.status, await answer.text()]).toEqual([200, '{"predictions":[{"price":47.0}]}']);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  });

  it.each(["linear.test.js", "program.js"])("shows code that runs: %s", (file) => {
    const words = file.endsWith(".test.js") ? ["--test", file] : [file];
    const { status, stdout } = spawnSync(process.execPath, words, { cwd: place.cwd, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/linear\n|# fail 0|fail 0/) });
  });

  it("says what becomes of a folder with models of several flavors", async () => {
    mkdirSync(join(place.cwd, "folder"));
    writeFileSync(join(place.cwd, "folder/weights.json"), '{ "bias": 1, "weights": { "rooms": 2 } }');
    const onnx = readFileSync(join(ROOT, "tests/fixtures/models/onnx_int64/model.onnx"));
    writeFileSync(join(place.cwd, "folder/model.onnx"), onnx);
    const [said] = /^mlserve: error: .* several flavors: .*$/m.exec(PAGE) ?? [];
    const asked = await mlserve("pack folder --flavor ./linear.mjs");
    expect(asked).toEqual({ code: 2, stdout: "", stderr: `${said}\n` });
    const packed = await mlserve("pack folder --flavor ./linear.mjs --flavor linear -o both.tar --json");
    expect(JSON.parse(packed.stdout)).toMatchObject({ flavors: ["linear"] });
    expect(JSON.parse((await mlserve("pack folder -o both.tar --json")).stdout)).toMatchObject({
      flavors: ["onnx", "python_function"],
    });
  });
});
