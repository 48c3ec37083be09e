import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openWorkplace, ROOT } from "./built-cli.js";

const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

const EXAMPLE = join(ROOT, "examples/tfjs");
const REQUEST = join(EXAMPLE, "request.json");

/** The column of the largest of each row. */
const winners = (rows: readonly (readonly number[])[]): number[] => rows.map((row) => row.indexOf(Math.max(...row)));

describe("the example of TensorFlow.js", () => {
  it("is packed, looked over, run and validated, with nothing said but the answers", async () => {
    const packed = await workplace.run([
      "pack",
      join(EXAMPLE, "web_model"),
      "-o",
      "spirals.tar",
      "--input-example",
      REQUEST,
    ]);
    expect(packed).toMatchObject({ code: 0, stderr: "", left: [] });
    expect(packed.stdout).toMatch(/^ {2}inputs +point: float32\[\?, 2\]\n {2}outputs +spiral: float32\[\?, 3\]$/m);
    const inspected = await workplace.run(["inspect", "spirals.tar", "--json"]);
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      served_by: "tfjs",
      runtime: expect.stringMatching(/^@tensorflow\/tfjs-core 4\./),
    });
    expect(await workplace.run(["validate", "spirals.tar", "--run"])).toMatchObject({ code: 0, stderr: "", left: [] });
    const answered = await workplace.run(["predict", "spirals.tar", "-i", REQUEST]);
    expect(answered).toMatchObject({ code: 0, stderr: "", left: [] });
    expect(winners(JSON.parse(answered.stdout).predictions.spiral)).toEqual([0, 1, 2]);
  });

  it("is served", async () => {
    const program = workplace.start(["serve", "spirals.tar", "--port", "0"]);
    const [, url] = await program.find(/ at (http:\S+) /);
    const response = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"inputs": [[-0.047, 0.498]]}',
    });
    const { predictions } = JSON.parse(await response.text());
    expect(winners(predictions.spiral)).toEqual([2]);
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });
});

describe("a TensorFlow.js model without its weights", () => {
  it("is refused in one line that names the file", async () => {
    copyFileSync(join(EXAMPLE, "web_model/model.json"), join(workplace.cwd, "model.json"));
    const ended = await workplace.run(["pack", "model.json", "-o", "half.tar"]);
    expect(ended).toMatchObject({ code: 3, stdout: "", left: [] });
    expect(ended.stderr).toMatch(/^mlserve: error: "model\.json": its weights file "weights\.bin" is missing\..*\n$/);
  });
});
