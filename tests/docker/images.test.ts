import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../e2e/built-cli.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";
import { type Built, buildImage } from "./build-image.js";
import { ASK, BASE_IMAGE, docker, fixture, inspect, LOCKED, layersOf, runContainer, runToEnd } from "./docker.js";

const folder = useTemporaryFolder();

const read = (...path: readonly string[]): string => readFileSync(join(ROOT, ...path), "utf8");

interface Case {
  readonly flavor: string;
  readonly model: string;
  readonly body: string;
  readonly predictions: unknown;
  /** What mlserve and the model may add to the base. */
  readonly mostBytes: number;
}

const CASES: readonly Case[] = [
  {
    flavor: "onnx",
    model: join(ROOT, "examples", "iris", "model"),
    body: read("examples", "iris", "request.json"),
    predictions: expect.arrayContaining([expect.objectContaining({ output_label: 0 })]),
    mostBytes: 70e6,
  },
  {
    flavor: "tfjs",
    model: join(ROOT, "examples", "tfjs", "web_model"),
    body: read("examples", "tfjs", "request.json"),
    predictions: {
      spiral: [
        [expect.closeTo(0.9996, 3), expect.anything(), expect.anything()],
        [expect.anything(), expect.closeTo(0.9992, 3), expect.anything()],
        [expect.anything(), expect.anything(), expect.closeTo(0.9985, 3)],
      ],
    },
    mostBytes: 40e6,
  },
  {
    flavor: "js_function",
    model: fixture("py_sum"),
    body: '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.5, 2], [0.25, -4]]}}',
    predictions: [{ 0: 3.5 }, { 0: -3.75 }],
    mostBytes: 15e6,
  },
];

describe.each(CASES)("an image of a model of $flavor", ({ flavor, model, body, predictions, mostBytes }) => {
  const image = `images/${flavor}:1`;
  let told: Built;
  beforeAll(async () => {
    told = await buildImage(model, image);
  });

  it("adds no more to its base than it should", () => {
    const added = inspect(image).Size - inspect(BASE_IMAGE).Size;
    expect(added).toBeLessThan(mostBytes);
    expect(told.layers.map(({ title }) => title)).toEqual(["base", "runtime", "model"]);
    expect(told.bytes).toBe(inspect(image).Size);
  });

  it("has two layers more than its base", () => {
    expect(layersOf(image)).toEqual([...layersOf(BASE_IMAGE), expect.any(String), expect.any(String)]);
  });

  it("answers, knows its health and ends well where nothing can be written, as any user, without a network", async () => {
    const container = runContainer(image);
    await container.becomes("healthy");
    expect(await container.ask(body)).toEqual({ status: 200, answer: { predictions } });
    expect(container.exec("node", "/opt/mlserve/runtime.mjs", "container", "health")).toMatchObject({ code: 0 });
    expect(container.stop()).toBe(0);
  });
});

const variables = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);

describe("the image", () => {
  const model = fixture("py_sum");
  const image = "images/described:1";
  beforeAll(() =>
    buildImage(model, image, ["-t", "images/described:also", "--label", "team=forecast", "--env", "A=b"]),
  );

  it("has every name that it was given", () => {
    expect(inspect("images/described:also").Id).toBe(inspect(image).Id);
  });

  it("says what it holds", () => {
    const { Labels, Env, User, Entrypoint, Cmd, ExposedPorts, StopSignal } = inspect(image).Config;
    expect(Labels).toMatchObject({
      "org.opencontainers.image.title": "py_sum",
      "io.github.mlserve.model.name": "py_sum",
      "io.github.mlserve.model.digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "io.github.mlserve.model.signature": expect.stringContaining('{"inputs":'),
      team: "forecast",
    });
    expect(Env).toEqual(expect.arrayContaining(["MLSERVE_HOST=0.0.0.0", "PORT=8080", "A=b"]));
    expect({ User, Entrypoint, Cmd, ExposedPorts, StopSignal }).toEqual({
      User: "65532:65532",
      Entrypoint: ["node", "/opt/mlserve/runtime.mjs", "container"],
      Cmd: ["serve"],
      ExposedPorts: { "8080/tcp": {} },
      StopSignal: "SIGTERM",
    });
  });

  it.each([
    { name: "flags alone", words: ["--port", "9001"], env: { MLSERVE_PORT: "1" }, port: 9001 },
    { name: "the word serve, and Cloud Run's variable", words: ["serve"], env: { PORT: "9005" }, port: 9005 },
  ])("listens where $name say, and its health is asked for there", async ({ words, env, port }) => {
    const container = runContainer(image, [...LOCKED, ...variables(env)], words);
    await container.becomes("healthy");
    expect(container.logs()).toContain(`at http://0.0.0.0:${port} `);
    expect(container.exec("node", "/opt/mlserve/runtime.mjs", "container", "health").stdout).toContain(`:${port}`);
  });

  it.each([
    { name: "the image itself", env: {}, port: "8080", source: "PORT" },
    { name: "MLSERVE_PORT", env: { MLSERVE_PORT: "2", AIP_HTTP_PORT: "1" }, port: "2", source: "MLSERVE_PORT" },
    { name: "Vertex AI", env: { AIP_HTTP_PORT: "3", PORT: "1" }, port: "3", source: "AIP_HTTP_PORT" },
    { name: "SageMaker", env: { SAGEMAKER_BIND_TO_PORT: "4" }, port: "4", source: "SAGEMAKER_BIND_TO_PORT" },
  ])("takes the port of $name", ({ env, ...setting }) => {
    const { stdout } = runToEnd(image, ["--print-config"], [...LOCKED, ...variables(env)]);
    expect(stdout).toMatch(new RegExp(`^ *port +${setting.port} +${setting.source}$`, "m"));
  });

  it("says no to a health check when nobody serves", () => {
    const asked = runToEnd(image, ["health"]);
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining("nobody answers there") });
  });

  it("does with its model what it is told", () => {
    const { code, stdout } = runToEnd(image, ["inspect", "--json"]);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, name: "py_sum", served_by: "js_function" });
  });

  it("copies nothing of its model, where there is room to", async () => {
    const container = runContainer("images/onnx:1", [...LOCKED, "--tmpfs", "/tmp"]);
    await container.becomes("healthy");
    const { stdout } = container.exec("node", "-p", "fs.readdirSync('/tmp', { recursive: true }).join()");
    expect(stdout.trim()).toBe("");
  });

  it("uses the threads that its container is granted", async () => {
    const onnx = "images/onnx:1";
    const container = runContainer(onnx, [...LOCKED, "--cpus", "1"], ["--isolation", "process"]);
    await container.becomes("healthy");
    expect(container.logs()).toContain("1 worker, 1 thread)");
  });

  it("finishes the request that it has begun when it is told to end", async () => {
    const slow = folder.put(
      "slow.mjs",
      `export default async function slow(text) {
         console.error("begun " + text);
         await new Promise((resolve) => setTimeout(resolve, 1500));
         return text;
       }`,
    );
    await buildImage(slow, "images/slow:1");
    const container = runContainer("images/slow:1");
    await container.becomes("healthy");
    const asking = spawn("docker", ["exec", container.id, "node", "-e", ASK, '{"inputs": "now"}']);
    const answered = text(asking.stdout);
    while (!container.logs().includes("begun now")) await new Promise(setImmediate);
    expect(container.stop()).toBe(0);
    expect(JSON.parse(await answered)).toMatchObject({ status: 200, answer: { predictions: "now" } });
  });
});

describe("layers", () => {
  it("are the same for the same model, whenever and wherever they are made", async () => {
    const context = folder.at("context");
    await buildImage(fixture("iris_logreg_cols"), "images/twice:1", ["--context", context]);
    docker("image", "rm", "images/twice:1");
    docker("build", "--no-cache", "--quiet", "--tag", "images/twice:2", context);
    await buildImage(fixture("iris_logreg_cols"), "images/twice:3");
    expect(layersOf("images/twice:2")).toEqual(layersOf("images/twice:3"));
  });

  it("are those of another version of the model but for one", async () => {
    await buildImage(fixture("iris_logreg_tensor"), "images/twice:4");
    const [before, after] = [layersOf("images/twice:3"), layersOf("images/twice:4")];
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)).not.toBe(before.at(-1));
  });
});
