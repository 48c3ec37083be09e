import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./built-cli.js";
import { giving, useWatchers, type Watching } from "./watchers.js";

const { project, serve, started, workplace } = useWatchers();

describe("serve --watch of a version that fails", () => {
  let server: Watching;
  let at: (file: string) => string;
  beforeAll(async () => {
    at = project("fails", { "predict.ts": giving("good") });
    server = await serve("fails/predict.ts");
    started.splice(0);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  it.each([
    { code: "export const a = 1;", says: /"predict\.ts": the module has no default export/ },
    { code: "\nthrow new Error('at load');", says: /predict\.ts:2: .*at load/ },
    { code: "process.exit(7);", says: /the module ends the process that loads it \(exit code 7\)/ },
    {
      code: "export default () => 1; setTimeout(() => { throw new Error('aside'); });\nawait new Promise(() => {});",
      says: /aside/,
    },
    {
      code: "export default () => 1;\nexport const load = () => { throw new Error('in load'); };",
      says: /predict\.ts:2: .*in load/,
    },
  ])("goes on with the last good one, and says $says", async ({ code, says }) => {
    writeFileSync(at("predict.ts"), code);
    await server.complains(says);
    await server.says(/still serving the version of/);
    expect(await server.ask()).toBe("good");
    writeFileSync(at("predict.ts"), giving("good"));
    await server.says(/^mlserve: back to the version of \d\d:\d\d:\d\d, which is served$/m);
  });
});

describe("serve --watch of other models", () => {
  const models = join(ROOT, "tests/fixtures/models");

  it.each([
    { name: "a graph", path: "graph/model.onnx", replace: (from: string) => cpSync(from, inside("graph/model.onnx")) },
    {
      name: "a saved folder",
      path: "saved",
      replace: (from: string) => cpSync(from, inside("saved/model.onnx")),
    },
  ])("sees $name that is replaced, and goes on with a broken one", async ({ path, replace }) => {
    cpSync(join(models, "iris_logreg_tensor"), inside("saved"), { recursive: true });
    mkdirSync(inside("graph"), { recursive: true });
    cpSync(join(models, "iris_logreg_tensor/model.onnx"), inside("graph/model.onnx"));
    const server = await serve(path);
    const flower = [[5.1, 3.5, 1.4, 0.2]];
    const first = await server.ask(flower);
    expect(first).toMatchObject({ label: [0] });
    writeFileSync(inside("broken"), "no graph");
    replace(inside("broken"));
    await server.says(/still serving/);
    expect(await server.ask(flower)).toEqual(first);
    replace(join(ROOT, "examples/iris/model/model.onnx"));
    await server.says(/reloaded/);
    expect(await server.ask(flower)).not.toEqual(first);
  });

  it("sees the weights that lie beside a graph", async () => {
    const weights = "797f26ae-e75c-11f1-9ced-02fc00000001.data";
    mkdirSync(inside("embed"));
    for (const file of ["model.onnx", weights]) cpSync(join(models, "embed_tiny", file), inside(`embed/${file}`));
    const server = await serve("embed/model.onnx");
    const bytes = readFileSync(inside(`embed/${weights}`));
    writeFileSync(inside(`embed/${weights}`), bytes.fill(0, 0, 4));
    await server.says(/reloaded/);
  });

  it("sees a package that is packed again", async () => {
    const at = project("packed", { "predict.mjs": 'export default () => "first";' });
    await workplace().run(["pack", "packed/predict.mjs", "-o", "packed.tar"]);
    const server = await serve("packed.tar");
    writeFileSync(at("predict.mjs"), 'export default () => "second";');
    await workplace().run(["pack", "packed/predict.mjs", "-o", "packed.tar"]);
    await server.answers("second");
    rmSync(inside("packed.tar"));
    await server.complains(/there is no file or folder "packed\.tar"/);
    expect(await server.ask()).toBe("second");
  });

  const inside = (file: string): string => join(workplace().cwd, file);
});
