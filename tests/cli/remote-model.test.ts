import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../src/images/oci/digest.js";
import { parseManifest } from "../../src/images/oci/documents.js";
import { writeBaseLayout } from "../support/base-layout.js";
import { type FaultyRegistry, startRegistry } from "../support/registry-server.js";
import { fixture, IRIS_REQUEST } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
let registry: FaultyRegistry;
beforeAll(async () => {
  terminal = openTerminal();
  registry = await startRegistry();
  await terminal.run(["keygen", "team"]);
  await terminal.run(["keygen", "other"]);
  writeFileSync(at("request.json"), IRIS_REQUEST);
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "plain.tar"]);
  await terminal.run(["sign", "plain.tar", "--key", "team.key", "-o", "iris.tar"]);
  for (const [tag, ...args] of [["pack"], ["car", "--format", "modelcar"]])
    expect(await terminal.run(["push", "iris.tar", `${registry.host}/models/iris:${tag}`, ...args])).toMatchObject({
      code: 0,
      stderr: "",
      left: [],
    });
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  terminal[Symbol.dispose]();
});

const at = (name: string): string => join(terminal.cwd, name);
const remote = (tag: string): string => `${registry.host}/models/iris:${tag}`;
const run = (...args: string[]) => terminal.run(args);

describe("mlserve push", () => {
  it("sends an artifact of ModelPack", () => {
    const { type, content } = registry.manifests.get("pack") ?? { type: "", content: Buffer.alloc(0) };
    const manifest = parseManifest(content, "manifest");
    expect(type).toBe("application/vnd.oci.image.manifest.v1+json");
    expect(manifest).toMatchObject({
      artifactType: "application/vnd.cncf.model.manifest.v1+json",
      config: { mediaType: "application/vnd.cncf.model.config.v1+json" },
      layers: [{ mediaType: "application/vnd.cncf.model.weight.v1.tar" }],
      annotations: { "org.opencontainers.image.title": "iris" },
    });
    expect(JSON.parse(String(registry.blobs.get(manifest.config.digest)))).toEqual({
      descriptor: { createdAt: "1970-01-01T00:00:00Z", name: "iris" },
      config: { format: "onnx" },
      modelfs: { type: "layers", diffIds: [manifest.layers[0]?.digest] },
    });
  });

  it("sends an image with the files in /models for KServe, of the same layer", () => {
    const index = JSON.parse(String(registry.manifests.get("car")?.content));
    expect(index.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm64" },
    ]);
    const { layers } = parseManifest(registry.manifests.get(index.manifests[0].digest)?.content ?? Buffer.alloc(0), "");
    const pack = parseManifest(registry.manifests.get("pack")?.content ?? Buffer.alloc(0), "");
    expect(layers).toEqual([
      { ...pack.layers[0], mediaType: "application/vnd.oci.image.layer.v1.tar", annotations: undefined },
    ]);
    const tar = registry.blobs.get(layers[0]?.digest ?? "");
    const names = execFileSync("tar", ["t"], { input: tar, encoding: "utf8" }).trimEnd().split("\n");
    expect(names[0]).toBe("models/");
    expect(names).toEqual(expect.arrayContaining(["models/MLmodel", "models/SHA256SUMS", "models/SHA256SUMS.sig"]));
  });

  it("builds an image upon a base that is asked for", async () => {
    await writeBaseLayout(at("base"), { layers: [["bin/sh"]], platforms: ["linux/arm64"] });
    const args = ["--format", "modelcar", "--base-image", "oci:base", "--platform", "linux/arm64"];
    expect(await run("push", "iris.tar", remote("based"), ...args)).toMatchObject({ code: 0 });
    expect(await run("inspect", `oci://${remote("based")}`)).toMatchObject({ code: 0 });
  });

  it("gives a model without checksums some", async () => {
    expect(await run("push", fixture("iris_zipmap"), remote("bare"))).toMatchObject({ code: 0 });
    expect(await run("inspect", `oci://${remote("bare")}`, "--require-checksums")).toMatchObject({ code: 0 });
  });
});

describe("mlserve pull", () => {
  it.each(["pack", "car"])("gives back the package that was sent: %s", async (tag) => {
    const pulled = await run("pull", remote(tag), "-o", "pulled.tar", "--trust", "team.pub");
    expect(pulled).toMatchObject({ code: 0, stderr: "", left: [] });
    expect(readFileSync(at("pulled.tar")).equals(readFileSync(at("iris.tar")))).toBe(true);
  });

  it("takes the name of the repository where none is given, and a digest for a tag", async () => {
    const { digest } = JSON.parse((await run("pull", remote("pack"), "-o", "x.tar.gz", "--json")).stdout);
    const pulled = await run("pull", `oci://${registry.host}/models/iris@${digest}`, "--quiet");
    expect(pulled).toMatchObject({ code: 0, stdout: "iris.tar\n" });
  });

  it("reads single files of other tools, which are compressed or not", async () => {
    const folder = fixture("iris_zipmap");
    const put = (content: Buffer): { digest: string; size: number } => {
      const digest = digestOf(content);
      registry.blobs.set(digest, content);
      return { digest, size: content.length };
    };
    const raw = put(readFileSync(join(folder, "MLmodel")));
    const rest = put(execFileSync("tar", ["cz", "-C", folder, "model.onnx"]));
    const prefix = "application/vnd.cncf.model";
    const content = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        artifactType: `${prefix}.manifest.v1+json`,
        config: { mediaType: `${prefix}.config.v1+json`, ...put(Buffer.from("{}")) },
        layers: [
          {
            mediaType: `${prefix}.weight.config.v1.raw`,
            ...raw,
            annotations: { "org.cncf.model.filepath": "MLmodel" },
          },
          { mediaType: `${prefix}.weight.v1.tar+gzip`, ...rest },
        ],
      }),
    );
    registry.manifests.set("foreign", { type: "application/vnd.oci.image.manifest.v1+json", content });
    const { code, stdout } = await run("predict", `oci://${remote("foreign")}`, "-i", "request.json");
    expect({ code, predictions: JSON.parse(stdout).predictions.length }).toEqual({
      code: 0,
      predictions: expect.any(Number),
    });
  });
});

describe("oci://", () => {
  it.each([
    { args: ["inspect"], said: /^iris\n/ },
    { args: ["validate"], said: /^oci:\/\/127\.0\.0\.1:\d+\/models\/iris:pack: valid\n$/ },
    { args: ["verify", "--trust", "team.pub"], said: /^iris is signed by / },
    { args: ["test"], said: /./ },
  ])("is taken for a model by $args", async ({ args }) => {
    const [command = "", ...rest] = args;
    const { code, left } = await run(command, `oci://${remote("pack")}`, ...rest);
    expect({ code, left }).toEqual({ code: 0, left: [] });
  });

  it("names two models", async () => {
    const { code, stdout } = await run("diff", `oci://${remote("pack")}`, `oci://${remote("car")}`);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `oci://${remote("pack")} and oci://${remote("car")} are the same\n`,
    });
  });

  it("is served", async () => {
    const command = terminal.start(["serve", `oci://${remote("pack")}`, "--port", "0", "--trust", "team.pub"]);
    const [, url = ""] = await command.line(/(http:\/\/\S+)/);
    const answer = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: IRIS_REQUEST,
    });
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
    command.interrupt();
    expect(await command.outcome).toMatchObject({ code: 0, left: [] });
  });

  it("is refused when a layer was changed", async () => {
    const pack = parseManifest(registry.manifests.get("pack")?.content ?? Buffer.alloc(0), "");
    const digest = pack.layers[0]?.digest ?? "";
    const content = registry.blobs.get(digest) ?? Buffer.alloc(0);
    const changed = Buffer.from(content);
    const at = content.indexOf("model_uuid");
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    registry.blobs.set(digest, changed);
    const result = await run("inspect", `oci://${remote("pack")}`);
    registry.blobs.set(digest, content);
    expect(result).toMatchObject({ code: 3, stdout: "", left: [] });
    expect(result.stderr).toContain("is not what its digest says");
  });

  it.each([
    { args: ["inspect", "oci://HOST/models/none:1"], code: 5, said: "does not have what was asked for (status 404" },
    { args: ["inspect", "oci://HOST/models/Iris"], code: 2, said: "names of images are in lower case" },
    { args: ["inspect", "oci://"], code: 2, said: "expected REGISTRY/NAME:TAG".slice(1) },
    { args: ["verify", "oci://HOST/models/iris:pack", "--trust", "other.pub"], code: 3, said: "none of the keys" },
    { args: ["serve", "oci://HOST/models/iris:pack", "--watch"], code: 2, said: "cannot be watched" },
    { args: ["pull", "HOST/models/iris:pack", "-o", "x.zip"], code: 2, said: "a package is a .tar or a .tar.gz" },
    { args: ["push", "plain.tar"], code: 2, said: "missing argument <reference>" },
    { args: ["push", "plain.tar", "HOST/x:1", "--base-image", "busybox"], code: 2, said: "Add --format modelcar" },
    { args: ["push", "none.tar", "HOST/x:1"], code: 3, said: 'none.tar"' },
  ])("and push and pull refuse $args in one line", async ({ args, code, said }) => {
    const result = await run(...args.map((word) => word.replace("HOST", registry.host)));
    expect(result).toMatchObject({ code, stdout: "", left: [] });
    expect(result.stderr).toContain(said);
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("is the model of an image that mlserve built", async () => {
    await writeBaseLayout(at("node"));
    const args = ["--base-image", "oci:node", "--platform", "linux/amd64"];
    expect(await run("build-image", "iris.tar", "--push", remote("image"), ...args)).toMatchObject({ code: 0 });
    const since = registry.requests.length;
    const pulled = await run("pull", remote("image"), "-o", "pulled.tar", "--trust", "team.pub");
    expect(pulled).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(at("pulled.tar")).equals(readFileSync(at("iris.tar")))).toBe(true);
    // The layer of the model, and no other.
    expect(registry.requests.slice(since).filter((line) => line.includes("/blobs/"))).toHaveLength(1);
  });

  it("is refused for an image that holds no model", async () => {
    const { layers } = parseManifest(registry.manifests.get("image")?.content ?? Buffer.alloc(0), "");
    const manifest = JSON.parse(String(registry.manifests.get("image")?.content));
    const content = Buffer.from(JSON.stringify({ ...manifest, layers: layers.slice(0, 2) }));
    registry.manifests.set("bare", { type: manifest.mediaType, content });
    const { code, stderr } = await run("inspect", `oci://${remote("bare")}`);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("holds no model") });
  });
});
