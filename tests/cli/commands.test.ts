import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVersion } from "../../src/core/installed-version.js";
import { copyFixture, fixture, IRIS_ANSWER, IRIS_REQUEST } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  writeFileSync(join(terminal.cwd, "request.json"), IRIS_REQUEST);
  for (const name of ["iris.tar", "iris.tar.gz"])
    await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", name]);
});
afterAll(() => terminal[Symbol.dispose]());

const sha256 = (name: string): string =>
  createHash("sha256")
    .update(readFileSync(join(terminal.cwd, name)))
    .digest("hex");
const MODELS = [{ model: "iris.tar" }, { model: "iris.tar.gz" }, { model: fixture("iris_zipmap") }];

describe("pack", () => {
  it("says what it wrote and what to do next", async () => {
    const { code, stdout, stderr, left } = await terminal.run([
      "pack",
      fixture("iris_zipmap"),
      "--name",
      "iris",
      "-o",
      "told.tar",
    ]);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
    expect(stdout.split("\n")).toEqual([
      "packed iris into told.tar",
      "  flavors    onnx, python_function",
      "  inputs     sepal length (cm): double, sepal width (cm): double, petal length (cm): double, petal width (cm): double",
      "  outputs    anything (the model has no signature for them)",
      "  self-test  recorded",
      expect.stringMatching(/^ {2}size {7}[0-9.]+ kB in \d+ files$/),
      `  sha256     ${sha256("told.tar")}`,
      "next: mlserve serve told.tar",
      "",
    ]);
  });

  it("keeps the metadata that it is given, which inspect shows", async () => {
    const entries = ["--metadata", "version=1.10", "--metadata", 'tags:=["churn", 3]'];
    const packed = await terminal.run(["pack", fixture("iris_zipmap"), "-o", "labelled.tar", ...entries]);
    expect(packed).toMatchObject({ code: 0, stderr: "" });
    const { stdout } = await terminal.run(["inspect", "labelled.tar", "--json"]);
    expect(JSON.parse(stdout).metadata).toEqual({
      version: "1.10",
      tags: ["churn", 3],
      mlserve: {
        packed_with: { mlserve: readVersion(), "onnxruntime-node": expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      },
    });
  });

  it.each([
    { entries: ["--metadata", "a=1", "--metadata", "a=2"], reason: "--metadata: a key is given twice" },
    { entries: ["--metadata", "mlserve=1"], reason: 'metadata "mlserve": is mlserve\'s own entry' },
    { entries: ["--metadata", "a:=x"], reason: "--metadata: expected KEY=TEXT, or KEY:=JSON" },
  ])("refuses $entries", async ({ entries, reason }) => {
    const { code, stderr } = await terminal.run(["pack", fixture("iris_zipmap"), "-o", "no.tar", ...entries]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(reason) });
    expect(existsSync(join(terminal.cwd, "no.tar"))).toBe(false);
  });

  it("says why there is no self-test", async () => {
    const off = await terminal.run(["pack", fixture("iris_zipmap"), "-o", "off.tar", "--no-self-test"]);
    expect(off).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}self-test {2}none, as asked for$/m) });
    const without = await terminal.run(["pack", fixture("nosig_xgb"), "-o", "without.tar"]);
    expect(without).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ {2}self-test {2}none: the model has no input example/m),
    });
  });

  it("says the same as JSON", async () => {
    const { stdout } = await terminal.run(["pack", fixture("iris_zipmap"), "-o", "told.tar.gz", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      sha256: sha256("told.tar.gz"),
      flavors: ["onnx", "python_function"],
      self_test: "recorded",
      warnings: [],
    });
  });

  it("packs a bare graph, which then answers", async () => {
    expect(
      await terminal.run(["pack", join(fixture("iris_logreg_tensor"), "model.onnx"), "-o", "bare.tar"]),
    ).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout } = await terminal.run(["predict", "bare.tar"], {
      stdin: '{"inputs": {"X": [[5.1, 3.5, 1.4, 0.2]]}}',
    });
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({ code: 0, answer: { predictions: { label: [0] } } });
  });

  it("gives other bytes for another SOURCE_DATE_EPOCH only", async () => {
    const digests: string[] = [];
    for (const [name, date] of [
      ["a.tar", "1"],
      ["b.tar", "1"],
      ["c.tar", "1000000000"],
    ] as const) {
      await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", name], {
        environment: { SOURCE_DATE_EPOCH: date },
      });
      digests.push(sha256(name));
    }
    expect([digests[0] === digests[1], digests[0] === digests[2]]).toEqual([true, false]);
  });
});

describe("predict", () => {
  it.each(MODELS)("answers a file with $model", async ({ model }) => {
    const { code, stdout, left } = await terminal.run(["predict", model, "-i", "request.json"]);
    expect({ code, answer: JSON.parse(stdout), left }).toEqual({ code: 0, answer: IRIS_ANSWER, left: [] });
  });

  it("answers standard input, into a file", async () => {
    const { code, stdout } = await terminal.run(["predict", "iris.tar", "-i", "-", "-o", "answer.json"], {
      stdin: IRIS_REQUEST,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(JSON.parse(readFileSync(join(terminal.cwd, "answer.json"), "utf8"))).toEqual(IRIS_ANSWER);
  });
});

describe("inspect", () => {
  it("shows flavors, signature, sizes and digests", async () => {
    const { code, stdout, stderr, left } = await terminal.run(["inspect", "iris.tar"]);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
    for (const line of [
      /^iris$/m,
      /^ {2}flavors +onnx, python_function$/m,
      /^ {2}served by +onnx$/m,
      /^ {2}digest +[0-9a-f]{64}$/m,
    ])
      expect(stdout).toMatch(line);
    expect(stdout).toMatch(/^inputs\n {2}sepal length \(cm\) {2}double\n/m);
    const onnx = createHash("sha256")
      .update(readFileSync(join(fixture("iris_zipmap"), "model.onnx")))
      .digest("hex");
    expect(stdout).toMatch(new RegExp(`^ {2}model\\.onnx +647 B +${onnx}$`, "m"));
  });

  it.each(MODELS)("shows the same as JSON for $model", async ({ model }) => {
    const { code, stdout } = await terminal.run(["inspect", model, "--json"]);
    expect({ code, shown: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      shown: {
        served_by: "onnx",
        mlflow_version: "3.17.2",
        flavors: { onnx: { data: "model.onnx" } },
        signature: { outputs: null },
      },
    });
  });
});

describe("validate", () => {
  it("finds nothing in a package, and runs its self-test", async () => {
    const { code, stdout, stderr, left } = await terminal.run(["validate", "iris.tar", "--run"]);
    expect({ code, stdout, stderr, left }).toEqual({ code: 0, stdout: "iris.tar: valid\n", stderr: "", left: [] });
  });

  it("counts warnings, which are no fault", async () => {
    expect(await terminal.run(["validate", fixture("iris_zipmap")])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^warning {2}checksums {2}the model has no SHA256SUMS\n.*: valid, 1 warning\n$/),
    });
  });

  it("lists all errors for people and for programs, and ends with the code of a wrong model", async () => {
    const broken = copyFixture("iris_zipmap", join(terminal.cwd, "broken"));
    rmSync(join(broken, "model.onnx"));
    rmSync(join(broken, "input_example.json"));
    const { code, stdout, stderr } = await terminal.run(["validate", "broken"]);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^error {2}model {2}.*model\.onnx.*\nerror {2}example {2}.*\nbroken: 2 errors, 1 warning\n$/m,
    );
    expect(stderr).toBe('mlserve: error: "broken": 2 errors found\n');
    const json = await terminal.run(["validate", "broken", "--json"]);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      findings: [
        { check: "checksums" },
        { severity: "error", check: "model" },
        { severity: "error", check: "example" },
      ],
    });
  });
});

describe("serve", () => {
  it("runs the self-test before it listens, and refuses a model without one", async () => {
    const command = terminal.start(["serve", "iris.tar", "--port", "0", "--self-test"]);
    await command.line(/^mlserve: serving iris /);
    command.interrupt();
    expect(await command.outcome).toMatchObject({ code: 0 });
    const { code, stderr } = await terminal.run(["serve", fixture("iris_zipmap"), "--port", "0", "--self-test"]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^mlserve: error: the model has no self-test\. [^\n]+\n$/),
    });
  });

  it.each(MODELS)("answers for $model until it is told to stop", async ({ model }) => {
    const command = terminal.start(["serve", model, "--port", "0"]);
    const [line, url] = await command.line(
      /^mlserve: serving \S+ \(onnx[^)]*\) at (http:\/\/127\.0\.0\.1:\d+) — loaded in \d+ ms\n/,
    );
    const response = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: IRIS_REQUEST,
    });
    expect({ status: response.status, answer: await response.json() }).toEqual({ status: 200, answer: IRIS_ANSWER });
    command.interrupt();
    expect(await command.outcome).toMatchObject({ code: 0, stdout: line, left: [] });
  });

  it("takes its options from variables", async () => {
    const environment = { MLSERVE_PORT: "0", MLSERVE_MAX_BODY: "10B" };
    const command = terminal.start(["serve", "iris.tar"], { environment });
    const [, url] = await command.line(/at (http:\S+)/);
    const response = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: IRIS_REQUEST,
    });
    command.interrupt();
    expect(response.status).toBe(413);
    expect(await command.outcome).toMatchObject({ code: 0 });
  });
});
