import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture, IRIS_REQUEST } from "../cli/models.js";
import { openTerminal, type Terminal } from "../cli/terminal.js";

const page = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");

/** The fields that the page tells of a row; those of its fields stand in parentheses. */
function fieldsOf(title: string): string[] {
  const row = page.split("\n").find((line) => line.startsWith(`| ${title} | `));
  if (row === undefined) throw new Error(`the page has no row for ${title}`);
  const cell = row.slice(`| ${title} | `.length).replaceAll(/\([^()]*\)/g, "");
  return Array.from(cell.matchAll(/`(\w+)`/g), ([, name = ""]) => name);
}

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  writeFileSync(join(terminal.cwd, "request.json"), IRIS_REQUEST);
  const csv = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n";
  writeFileSync(join(terminal.cwd, "flowers.csv"), csv);
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "iris.tar"]);
});
afterAll(() => terminal[Symbol.dispose]());

const CASES: readonly (readonly [title: string, argv: readonly string[]])[] = [
  ["`pack`", ["pack", fixture("iris_zipmap"), "-o", "other.tar"]],
  ["`predict` of a file", ["predict", "iris.tar", "-i", "flowers.csv", "-o", "scored.csv"]],
  ["`inspect`", ["inspect", "iris.tar"]],
  ["`validate`", ["validate", "iris.tar"]],
  ["`test`", ["test", "iris.tar"]],
  ["`diff`", ["diff", "iris.tar", "iris.tar"]],
  ["`init`", ["init", "my-model"]],
  ["`keygen`", ["keygen", "team"]],
  ["`sign`", ["sign", "iris.tar", "--key", "team.key"]],
  ["`verify`", ["verify", "iris.tar", "--trust", "team.pub"]],
  ["`doctor`", ["doctor", "--port", "0"]],
  ["`completion`", ["completion", "bash"]],
  ["any with `--print-config`", ["pack", "--print-config"]],
  ["`--version`", ["--version"]],
];

describe("docs/command-line.md", () => {
  it.each(CASES)("tells every field that %s prints as JSON, on one line", async (title, argv) => {
    const { code, stdout, stderr } = await terminal.run([...argv, "--json"]);
    expect({ code, stderr, lines: stdout.split("\n").length }).toEqual({ code: 0, stderr: "", lines: 2 });
    expect(Object.keys(JSON.parse(stdout)).sort()).toEqual(fieldsOf(title).sort());
  });

  it("tells every field that serve prints when it is ready", async () => {
    const server = terminal.start(["serve", "iris.tar", "--port", "0", "--json", "--log-level", "silent"]);
    const [line] = await server.line(/^.+\n/);
    server.interrupt();
    expect(Object.keys(JSON.parse(line)).sort()).toEqual(fieldsOf("`serve`").sort());
    expect(await server.outcome).toMatchObject({ code: 0, stdout: line, stderr: "" });
  });

  it("tells every field of an error", async () => {
    const { stderr } = await terminal.run(["predict", "iris.tar", "-i", "reqest.json", "--json"]);
    expect(Object.keys(JSON.parse(stderr)).sort()).toEqual(fieldsOf("any that fails").sort());
  });

  it("says that predict prints the answer itself", async () => {
    const argv = ["predict", "iris.tar", "-i", "request.json"];
    const [plain, json] = [await terminal.run(argv), await terminal.run([...argv, "--json"])];
    expect(json).toEqual(plain);
    expect(JSON.parse(json.stdout)).toHaveProperty("predictions");
  });

  it("says where the line about scored rows goes when the rows are printed", async () => {
    const { stdout, stderr } = await terminal.run(["predict", "iris.tar", "-i", "flowers.csv", "--json"]);
    expect(JSON.parse(stdout)).toHaveProperty("output_label");
    expect(JSON.parse(stderr)).toMatchObject({ rows: 1, bad_rows: 0 });
  });
});
