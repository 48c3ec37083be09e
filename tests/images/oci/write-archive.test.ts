import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageSettings } from "../../../src/images/image.js";
import { HEALTH_COMMAND } from "../../../src/images/image-config.js";
import { composeImage } from "../../../src/images/oci/compose-image.js";
import { digestOf } from "../../../src/images/oci/digest.js";
import { parseImageConfig, parseIndex, parseManifest } from "../../../src/images/oci/documents.js";
import { toBlob } from "../../../src/images/oci/image-blob.js";
import { type ImageSet, toImageSet } from "../../../src/images/oci/image-set.js";
import { writeLayer } from "../../../src/images/oci/layer.js";
import { pathOf, writeArchive } from "../../../src/images/oci/write-archive.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-archive-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SETTINGS: ImageSettings = {
  platform: "linux/amd64",
  entrypoint: ["node", "/opt/mlserve/runtime.mjs"],
  cmd: ["serve"],
  env: { MLSERVE_HOST: "0.0.0.0", PATH: "/mine" },
  labels: { "org.opencontainers.image.title": 'a "name" $(with) `all`\n' },
  user: "1000",
  port: 8080,
  workingDir: "/",
};

/** Upon a base of one layer, which is no tar: nobody looks into it here. */
async function imageSet(...platforms: ImageSettings["platform"][]): Promise<ImageSet> {
  const content = Buffer.from("a layer");
  const base = {
    config: {
      os: "linux",
      architecture: "amd64",
      config: {
        Env: ["PATH=/bin", "NODE_VERSION=22.1.0"],
        Cmd: ["bash"],
        Labels: { of: "base" },
        StopSignal: "SIGQUIT",
      },
      rootfs: { type: "layers" as const, diff_ids: [digestOf(content)] },
    },
    layers: [toBlob("application/vnd.docker.image.rootfs.diff.tar.gzip", content)],
  };
  const layer = await writeLayer([{ path: "/opt/mlserve/a", source: Buffer.from("a"), mode: 0o644 }]);
  const created = "1970-01-01T00:00:00Z";
  const added = [{ title: "model", layer }] as const;
  return toImageSet(
    platforms.map((platform) => composeImage({ base, added, settings: { ...SETTINGS, platform }, created })),
  );
}

const NAME = { full: "docker.io/library/iris:1", short: "iris:1", tag: "1" };

async function unpacked(set: ImageSet, name: string): Promise<(path: string) => Buffer> {
  await writeArchive(join(folder, `${name}.tar`), set, { name: NAME });
  execFileSync("tar", ["xf", `${name}.tar`, `--one-top-level=${name}`], { cwd: folder });
  return (path) => readFileSync(join(folder, name, path));
}

describe("an archive of an image", () => {
  it("is a layout whose digests are those of its blobs", async () => {
    const set = await imageSet("linux/amd64");
    const read = await unpacked(set, "one");
    const [entry] = parseIndex(read("index.json"), "index").manifests;
    expect(entry).toMatchObject({ digest: set.root.descriptor.digest, platform: { architecture: "amd64" } });
    expect(entry?.annotations).toEqual({
      "io.containerd.image.name": NAME.full,
      "org.opencontainers.image.ref.name": "1",
    });
    expect(JSON.parse(read("oci-layout").toString())).toEqual({ imageLayoutVersion: "1.0.0" });
    for (const name of readdirSync(join(folder, "one/blobs/sha256")))
      expect(digestOf(read(`blobs/sha256/${name}`))).toBe(`sha256:${name}`);
  });

  it("keeps what the base says, but for what it runs", async () => {
    const set = await imageSet("linux/amd64");
    const read = await unpacked(set, "config");
    const manifest = parseManifest(read(pathOf(set.root.descriptor.digest)), "manifest");
    const { config, history, rootfs } = parseImageConfig(read(pathOf(manifest.config.digest)), "config");
    expect(config).toEqual({
      Cmd: ["serve"],
      Entrypoint: ["node", "/opt/mlserve/runtime.mjs"],
      Env: ["NODE_VERSION=22.1.0", "MLSERVE_HOST=0.0.0.0", "PATH=/mine"],
      ExposedPorts: { "8080/tcp": {} },
      Healthcheck: expect.objectContaining({ Test: ["CMD", "node", ...HEALTH_COMMAND.slice(1)], Interval: 10e9 }),
      Labels: { of: "base", ...SETTINGS.labels },
      StopSignal: "SIGTERM",
      User: "1000",
      WorkingDir: "/",
    });
    expect(history).toHaveLength(rootfs.diff_ids.length);
    expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual([
      "application/vnd.oci.image.layer.v1.tar+gzip",
      "application/vnd.oci.image.layer.v1.tar",
    ]);
  });

  it("can be loaded by docker, which takes the first of several platforms", async () => {
    const set = await imageSet("linux/arm64", "linux/amd64");
    const read = await unpacked(set, "two");
    const [told] = JSON.parse(read("manifest.json").toString());
    expect(told.RepoTags).toEqual(["iris:1"]);
    expect(parseImageConfig(read(told.Config), "config").architecture).toBe("arm64");
    for (const layer of told.Layers) expect(digestOf(read(layer))).toBe(`sha256:${layer.slice(-64)}`);
    const index = parseIndex(read(pathOf(set.root.descriptor.digest)), "index");
    expect(index.manifests.map(({ platform }) => platform?.architecture)).toEqual(["arm64", "amd64"]);
  });

  it("is the same for the same image, and leaves nothing behind when it cannot be written", async () => {
    const set = await imageSet("linux/amd64");
    for (const name of ["a.tar", "b.tar"]) await writeArchive(join(folder, name), set, { name: NAME });
    expect(readFileSync(join(folder, "a.tar")).equals(readFileSync(join(folder, "b.tar")))).toBe(true);
    const [layer, ...others] = set.blobs;
    if (layer === undefined) throw new Error("no layers");
    const damaged = { ...layer, open: () => toBlob("", Buffer.from("A layer")).open() };
    const before = readdirSync(folder);
    await expect(
      writeArchive(join(folder, "c.tar"), { ...set, blobs: [damaged, ...others] }, { name: NAME }),
    ).rejects.toMatchObject({ kind: "checksum_mismatch" });
    expect(readdirSync(folder)).toEqual(before);
  });
});
