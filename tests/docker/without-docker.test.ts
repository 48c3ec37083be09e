import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, ROOT, type Workplace } from "../e2e/built-cli.js";
import { BASE_IMAGE, docker, fixture, inspect, layersOf, runContainer } from "./docker.js";
import { type RealRegistry, runTool, startRegistry } from "./registry.js";

let folder: string;
let place: Workplace;
let registry: RealRegistry;
let base: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-images-"));
  place = openWorkplace();
  registry = await startRegistry(folder);
  docker("save", "--output", at("base.tar"), BASE_IMAGE);
  base = `docker-archive:${at("base.tar")}`;
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  place[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const read = (...path: readonly string[]): string => readFileSync(join(ROOT, ...path), "utf8");
const skopeo = (...args: string[]): string => runTool("skopeo", ...args);

interface Built {
  readonly digest: string;
  readonly blobs?: readonly { readonly upload: string; readonly size: number }[];
  readonly platforms: readonly { readonly layers: readonly { readonly title: string; readonly digest?: string }[] }[];
}

async function mlserve(...args: readonly string[]): Promise<Built> {
  const { code, stdout, stderr, left } = await place.run([...args, "--json"], { environment: registry.environment });
  if (code !== 0 || left.length > 0) throw new Error(`mlserve ended with ${code} and left ${left}: ${stderr}`);
  return JSON.parse(stdout);
}

const CASES = [
  {
    flavor: "onnx",
    model: join(ROOT, "examples", "iris", "model"),
    body: read("examples", "iris", "request.json"),
    predictions: expect.arrayContaining([expect.objectContaining({ output_label: 0 })]),
  },
  {
    flavor: "tfjs",
    model: join(ROOT, "examples", "tfjs", "web_model"),
    body: read("examples", "tfjs", "request.json"),
    predictions: { spiral: expect.arrayContaining([expect.arrayContaining([expect.closeTo(0.9996, 3)])]) },
  },
  {
    flavor: "js_function",
    model: fixture("py_sum"),
    body: '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.5, 2], [0.25, -4]]}}',
    predictions: [{ 0: 3.5 }, { 0: -3.75 }],
  },
];

describe.each(CASES)(
  "an image of a model of $flavor, written without docker",
  ({ flavor, model, body, predictions }) => {
    const image = `written/${flavor}:1`;
    beforeAll(async () => {
      await mlserve("build-image", model, "-o", at(`${flavor}.tar`), "-t", image, "--base-image", base);
    });

    async function answers(name: string): Promise<void> {
      const container = runContainer(name);
      await container.becomes("healthy");
      expect(await container.ask(body)).toEqual({ status: 200, answer: { predictions } });
      expect(container.exec("node", "/opt/mlserve/runtime.mjs", "container", "health")).toMatchObject({ code: 0 });
      expect(container.stop()).toBe(0);
    }

    it("is loaded by docker, and answers", async () => {
      docker("load", "--input", at(`${flavor}.tar`));
      expect(layersOf(image)).toEqual([...layersOf(BASE_IMAGE), expect.any(String), expect.any(String)]);
      await answers(image);
    });

    it("is sent by skopeo to a registry and back, and answers", async () => {
      const there = `docker://${registry.host}/written/${flavor}:1`;
      const insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      skopeo("copy", ...insecure, "--dest-creds", registry.creds, `oci-archive:${at(`${flavor}.tar`)}:1`, there);
      const back = `docker-archive:${at(`${flavor}-back.tar`)}:back/${flavor}:1`;
      skopeo("copy", ...insecure, "--src-creds", registry.creds, there, back);
      docker("load", "--input", at(`${flavor}-back.tar`));
      expect(layersOf(`back/${flavor}:1`)).toEqual(layersOf(image));
      await answers(`back/${flavor}:1`);
    });
  },
);

describe("an image written without docker", () => {
  it("has the files that it should, with the owner and the modes that it should, to umoci", async () => {
    await mlserve("build-image", fixture("py_sum"), "-o", at("umoci.tar"), "--base-image", base);
    skopeo("copy", `oci-archive:${at("umoci.tar")}:latest`, `oci:${at("layout")}:latest`);
    runTool("umoci", "unpack", "--image", `${at("layout")}:latest`, at("bundle"));
    const listed = runTool("find", at("bundle/rootfs/opt"), "-printf", "%P %M %U:%G %TY\n")
      .trimEnd()
      .split("\n")
      .sort();
    expect(listed).toEqual(
      expect.arrayContaining([
        "mlserve drwxr-xr-x 0:0 1970",
        "mlserve/runtime.mjs -rw-r--r-- 0:0 1970",
        "mlserve/models/py_sum/MLmodel -rw-r--r-- 0:0 1970",
      ]),
    );
  });

  it("says the same of itself as the one that docker builds", async () => {
    const args = ["--base-image", BASE_IMAGE, "--label", "team=forecast", "--env", "A=b"];
    const environment = { DOCKER_HOST: process.env.DOCKER_HOST ?? "" };
    await place.run(["build-docker", fixture("py_sum"), "-t", "same:docker", ...args], { environment });
    const own = ["-t", "same:own", "-o", at("same.tar"), ...args, "--base-image", base];
    await mlserve("build-image", fixture("py_sum"), ...own);
    docker("load", "--input", at("same.tar"));
    const [one, other] = [inspect("same:docker").Config, inspect("same:own").Config];
    for (const key of [
      "Labels",
      "User",
      "Entrypoint",
      "Cmd",
      "ExposedPorts",
      "StopSignal",
      "WorkingDir",
      "Healthcheck",
    ])
      expect([key, other[key]]).toEqual([key, one[key]]);
    expect([...(other.Env as string[])].sort()).toEqual([...(one.Env as string[])].sort());
  });
});

describe("a registry that wants a password", () => {
  it("gets an image, and then only what changed of it", async () => {
    const name = `${registry.host}/team/sum:1`;
    const first = await mlserve("build-image", fixture("py_sum"), "--push", name, "--base-image", base);
    expect(first.blobs?.map(({ upload }) => upload)).toEqual(["sent", "sent", "sent", "sent"]);
    const inspected = JSON.parse(
      skopeo("inspect", "--tls-verify=false", "--creds", registry.creds, `docker://${name}`),
    );
    expect(inspected).toMatchObject({ Digest: first.digest, Architecture: expect.any(String) });

    const before = registry.requests().length;
    const again = await mlserve("build-image", fixture("py_sum"), "--push", name, "--base-image", base);
    expect(again.digest).toBe(first.digest);
    expect(
      registry
        .requests()
        .slice(before)
        .filter((line) => /^(POST|PATCH)/.test(line)),
    ).toEqual([]);

    const changed = at("py_sum");
    runTool("cp", "-r", fixture("py_sum"), changed);
    runTool("touch", join(changed, "note.txt"));
    const since = registry.requests().length;
    const second = await mlserve("build-image", changed, "--push", name, "--base-image", base);
    // The layer of the model, and the config that names it.
    expect(
      registry
        .requests()
        .slice(since)
        .filter((line) => line.startsWith("POST")),
    ).toHaveLength(2);
    expect(second.blobs?.map(({ upload }) => upload)).toEqual(["present", "present", "sent", "sent"]);
  });

  it("is itself where a base may lie, whose layers are then not sent", async () => {
    const name = `${registry.host}/bases/node:22`;
    const insecure = ["--dest-tls-verify=false", "--dest-creds", registry.creds];
    skopeo("copy", ...insecure, base, `docker://${name}`);
    const pushed = await mlserve(
      ...["build-image", fixture("py_sum"), "--base-image", name, "--push", `${registry.host}/team/based:1`],
    );
    expect(pushed.blobs?.[0]).toMatchObject({ upload: "mounted" });
  });

  it("takes a large layer in chunks", async () => {
    const since = registry.requests().length;
    await mlserve("build-image", fixture("py_sum"), "--push", `${registry.host}/chunks/sum:1`, "--base-image", base);
    const chunks = registry
      .requests()
      .slice(since)
      .filter((line) => line.startsWith("PATCH"));
    expect(chunks.length).toBeGreaterThan(1);
  });

  it("gets a model alone, and gives it back", async () => {
    await mlserve("pack", fixture("py_sum"), "-o", at("sum.tar"), "--no-self-test");
    await mlserve("push", at("sum.tar"), `${registry.host}/models/sum:1`);
    await mlserve("push", at("sum.tar"), `${registry.host}/models/sum:car`, "--format", "modelcar");
    for (const tag of ["1", "car"]) {
      await mlserve("pull", `${registry.host}/models/sum:${tag}`, "-o", at("pulled.tar"));
      expect(readFileSync(at("pulled.tar")).equals(readFileSync(at("sum.tar")))).toBe(true);
    }
    const raw = skopeo(
      "inspect",
      "--raw",
      "--tls-verify=false",
      "--creds",
      registry.creds,
      `docker://${registry.host}/models/sum:1`,
    );
    expect(JSON.parse(raw).artifactType).toBe("application/vnd.cncf.model.manifest.v1+json");
  });

  it("gives a modelcar that umoci unpacks into /models", async () => {
    const from = `docker://${registry.host}/models/sum:car`;
    skopeo("copy", "--src-tls-verify=false", "--src-creds", registry.creds, from, `oci:${at("car")}:1`);
    runTool("umoci", "unpack", "--image", `${at("car")}:1`, at("car-bundle"));
    expect(readFileSync(at("car-bundle/rootfs/models/MLmodel"), "utf8")).toContain("flavors:");
  });

  it("lets nobody in without it", async () => {
    const { code, stderr } = await place.run(["inspect", `oci://${registry.host}/models/sum:1`]);
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: `mlserve: error: ${registry.host}/models/sum: wants a name and a password. Log in with: docker login ${registry.host}\n`,
    });
  });
});
