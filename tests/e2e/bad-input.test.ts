import { once } from "node:events";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyFixture, fixture, IRIS_REQUEST, rewrite, SKLEARN_MLMODEL, spoilBytes } from "../cli/models.js";
import { type Outcome, openTerminal, type Terminal } from "../cli/terminal.js";

let terminal: Terminal;
const inside = (name: string): string => join(terminal.cwd, name);

/** Makes what is wrong, under its name. */
const MODELS: Readonly<Record<string, () => unknown>> = {
  "empty.tar": () => writeFileSync(inside("empty.tar"), ""),
  "text.tar": () => writeFileSync(inside("text.tar"), "this is no archive, whatever its name says\n".repeat(100)),
  "cut.tar": () => cutInTwo("cut.tar"),
  "cut.tar.gz": () => cutInTwo("cut.tar.gz"),
  "changed.tar": async () => spoilBytes(await packIris("changed.tar"), "[[5.1, 3.5"),
  "empty-folder": () => mkdirSync(inside("empty-folder")),
  "not-yaml": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("not-yaml")), "MLmodel"), () => "flavors: [onnx\n  data: : model"),
  "no-flavors": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("no-flavors")), "MLmodel"), () => "mlflow_version: 3.17.2\n"),
  "bad-signature": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("bad-signature")), "MLmodel"), (text) =>
      text.replace("'[{", "'[{{"),
    ),
  "unknown-flavor": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("unknown-flavor")), "MLmodel"), (text) =>
      text.replace("  onnx:", "  h2o:"),
    ),
  sklearn: makeSklearnModel,
  "no-weights": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("no-weights")), "MLmodel"), (text) =>
      text.replaceAll("model.onnx", "other.onnx"),
    ),
  "not-onnx": () =>
    rewrite(join(copyFixture("iris_zipmap", inside("not-onnx")), "model.onnx"), () => "not a protobuf at all"),
};

async function packIris(name: string): Promise<string> {
  const { code, stderr } = await terminal.run(["pack", fixture("iris_zipmap"), "-o", name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return inside(name);
}

async function cutInTwo(name: string): Promise<void> {
  const file = await packIris(name);
  truncateSync(file, Math.floor(readFileSync(file).length / 2));
}

function makeSklearnModel(): void {
  mkdirSync(inside("sklearn"));
  writeFileSync(join(inside("sklearn"), "MLmodel"), SKLEARN_MLMODEL);
  writeFileSync(join(inside("sklearn"), "model.pkl"), "\u0080\u0005");
}

beforeAll(async () => {
  terminal = openTerminal();
  for (const make of Object.values(MODELS)) await make();
});
afterAll(() => terminal[Symbol.dispose]());

/** Exit code 3: the model. What each line must say besides. */
const BROKEN = [
  { model: "missing.tar", code: 3, says: [/missing\.tar|no such file|nothing/i] },
  { model: "empty.tar", code: 3, says: [/empty|tar/i] },
  { model: "text.tar", code: 3, says: [/tar/i] },
  { model: "cut.tar", code: 3, says: [/cut|end|truncated|short/i] },
  { model: "cut.tar.gz", code: 3, says: [/cut|end|truncated|short/i] },
  { model: "changed.tar", code: 3, says: [/SHA256SUMS/, /input_example|serving_input/] },
  { model: "empty-folder", code: 3, says: [/MLmodel/] },
  { model: "not-yaml", code: 3, says: [/MLmodel/, /YAML/] },
  { model: "bad-signature", code: 3, says: [/MLmodel: signature\.inputs/, /JSON/] },
] as const;

/** These have a sound descriptor, so that `inspect` may show them. */
const NOT_SERVED = [
  { model: "no-flavors", code: 3, says: [/no flavor/, /docs\/export\.md/] },
  { model: "unknown-flavor", code: 3, says: [/"?h2o"?/, /onnx/] },
  { model: "sklearn", code: 3, says: [/sklearn/, /skl2onnx\.to_onnx/, /docs\/export\.md/] },
  { model: "no-weights", code: 3, says: [/other\.onnx/] },
  { model: "not-onnx", code: 3, says: [/model\.onnx/] },
] as const;

/** All that a command says is the one line of its error. */
function expectOneLine({ code, stdout, stderr, left }: Outcome, expected: number, says: readonly RegExp[]): void {
  const lines = stderr.split("\n").filter((line) => line !== "");
  expect({ code, stdout, left, lines }).toEqual({
    code: expected,
    stdout: "",
    left: [],
    lines: [expect.stringMatching(/^mlserve: error: /)],
  });
  for (const pattern of says) expect(stderr).toMatch(pattern);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe("a model that cannot be opened", () => {
  it.each(BROKEN.flatMap((row) => ["serve", "predict", "inspect"].map((command) => ({ ...row, command }))))(
    "$command says in one line what is wrong with $model",
    async ({ command, model, code, says }) => {
      expectOneLine(await terminal.run([command, model], { stdin: IRIS_REQUEST }), code, says);
    },
  );
});

describe("a model that cannot be run", () => {
  it.each(NOT_SERVED.flatMap((row) => ["serve", "predict", "pack"].map((command) => ({ ...row, command }))))(
    "$command says in one line what is wrong with $model",
    async ({ command, model, code, says }) => {
      expectOneLine(await terminal.run([command, model], { stdin: IRIS_REQUEST }), code, says);
    },
  );

  it("is shown by inspect, which says that nothing serves it", async () => {
    const { code, stdout } = await terminal.run(["inspect", "sklearn"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/served by +none: see .*docs\/export\.md/),
    });
  });
});

const OTHER_MISTAKES = [
  {
    name: "a port in use",
    argv: () => ["serve", fixture("iris_zipmap"), "--port", String(usedPort)],
    code: 5,
    says: [/port/, /--port/],
  },
  {
    name: "an address of another machine",
    argv: () => ["serve", fixture("iris_zipmap"), "--host", "192.0.2.1"],
    code: 5,
    says: [/192\.0\.2\.1/],
  },
  {
    name: "a request that is no JSON",
    argv: () => ["predict", fixture("iris_zipmap")],
    stdin: "{",
    code: 4,
    says: [/JSON/, /line 1/],
  },
  {
    name: "a request without its columns",
    argv: () => ["predict", fixture("iris_zipmap")],
    stdin: '{"dataframe_records": [{"a": 1}]}',
    code: 4,
    says: [/sepal length/],
  },
  {
    name: "a request file that is missing",
    argv: () => ["predict", fixture("iris_zipmap"), "-i", "missing.json"],
    code: 5,
    says: [/--input "[^"]+": no such file/],
  },
  {
    name: "a request file that is a folder",
    argv: () => ["predict", fixture("iris_zipmap"), "-i", "."],
    code: 5,
    says: [/--input "[^"]+": is a folder/],
  },
  {
    name: "an answer that cannot be written",
    argv: () => ["predict", fixture("iris_zipmap"), "-o", "missing/answer.json"],
    stdin: IRIS_REQUEST,
    code: 5,
    says: [/writing "answer.json": its folder does not exist/],
  },
  {
    name: "a package that cannot be written",
    argv: () => ["pack", fixture("iris_zipmap"), "-o", "missing/iris.tar"],
    code: 5,
    says: [/"iris\.tar": its folder does not exist/],
  },
  {
    name: "a model without checksums where they are required",
    argv: () => ["inspect", fixture("iris_zipmap"), "--require-checksums"],
    code: 3,
    says: [/SHA256SUMS/],
  },
  {
    name: "a wrong date",
    argv: () => ["pack", fixture("iris_zipmap")],
    environment: { SOURCE_DATE_EPOCH: "today" },
    code: 2,
    says: [/SOURCE_DATE_EPOCH: expected whole seconds/],
  },
];

let usedPort: number;
const blocker = createServer();
beforeAll(async () => {
  blocker.listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const address = blocker.address();
  usedPort = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => {
  blocker.close();
});

describe("a mistake on the command line", () => {
  it.each(OTHER_MISTAKES)("is told in one line: $name", async ({ argv, stdin, environment, code, says }) => {
    const options = {
      ...(stdin === undefined ? {} : { stdin }),
      ...(environment === undefined ? {} : { environment }),
    };
    expectOneLine(await terminal.run(argv(), options), code, says);
  });
});
