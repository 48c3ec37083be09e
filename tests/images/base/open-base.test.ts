import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FileKind, parseBaseLocation } from "../../../src/images/base/base-location.js";
import { chooseImage } from "../../../src/images/base/choose-image.js";
import { openBase } from "../../../src/images/base/open-base.js";
import { surveyBase } from "../../../src/images/base/survey-base.js";
import type { BaseImage } from "../../../src/images/oci/compose-image.js";
import { checkedStream } from "../../../src/images/oci/digest.js";
import { parseImageConfig, parseIndex, parseManifest } from "../../../src/images/oci/documents.js";
import { readAll } from "../../../src/images/oci/image-blob.js";
import { pathOf } from "../../../src/images/oci/write-archive.js";
import { type BaseOptions, writeBaseLayout } from "../../support/base-layout.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-base-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const tar = (target: string, source: string): unknown => execFileSync("tar", ["cf", at(target), "-C", at(source), "."]);

async function layout(name: string, options?: BaseOptions): Promise<void> {
  rmSync(at(name), { recursive: true, force: true });
  await writeBaseLayout(at(name), options);
}

/** What `docker save` of before version 25 writes: a folder for each layer, links to those that stand twice. */
async function dockerArchive(name: string): Promise<void> {
  await layout("to-docker");
  const read = (path: string): Buffer => readFileSync(at(`to-docker/${path}`));
  const [entry] = parseIndex(read("index.json"), "").manifests;
  const manifest = parseManifest(read(pathOf(entry?.digest ?? "")), "");
  const { diff_ids } = parseImageConfig(read(pathOf(manifest.config.digest)), "").rootfs;
  mkdirSync(at(name), { recursive: true });
  writeFileSync(at(`${name}/config.json`), read(pathOf(manifest.config.digest)));
  diff_ids.forEach((digest, i) => {
    mkdirSync(at(`${name}/layer${i}`));
    if (i > 0) writeFileSync(at(`${name}/layer${i}/layer.tar`), read(pathOf(digest)));
    else {
      writeFileSync(at(`${name}/first.tar`), read(pathOf(digest)));
      symlinkSync("../first.tar", at(`${name}/layer${i}/layer.tar`));
    }
  });
  const Layers = diff_ids.map((_, i) => `layer${i}/layer.tar`);
  const told = [{ Config: "config.json", RepoTags: ["node:22"], Layers }];
  writeFileSync(at(`${name}/manifest.json`), JSON.stringify(told));
  tar(`${name}.tar`, name);
}

async function open(text: string, platform = "linux/amd64"): Promise<BaseImage> {
  const location = parseBaseLocation(text, "--base-image");
  return chooseImage(await openBase(location, { environment: {} }), platform);
}

/** Reads every layer to its end, with its digest checked. */
async function readLayers({ layers }: BaseImage): Promise<void> {
  for (const { descriptor, open } of layers) await readAll(checkedStream(open(), descriptor));
}

describe("a base", () => {
  it.each<{ kind: FileKind; place: () => string }>([
    { kind: "oci", place: () => at("layout") },
    { kind: "oci-archive", place: () => at("layout.tar") },
    { kind: "docker-archive", place: () => at("docker.tar") },
  ])("is read from $kind", async ({ kind, place }) => {
    await layout("layout");
    tar("layout.tar", "layout");
    if (kind === "docker-archive") await dockerArchive("docker");
    const base = await open(`${kind}:${place()}`);
    expect(base.config.config?.Env).toEqual(["PATH=/usr/local/bin:/usr/bin"]);
    expect(await surveyBase(base, "base")).toEqual({ libc: "glibc", node: "/usr/local/bin/node" });
    await readLayers(base);
  });

  it("is read from what docker save writes of a layout, with compressed layers", async () => {
    await layout("gzipped", { gzip: true });
    const names = readdirSync(at("gzipped/blobs/sha256")).map((name) => `blobs/sha256/${name}`);
    const index = parseIndex(readFileSync(at("gzipped/index.json")), "");
    const manifest = parseManifest(readFileSync(at(`gzipped/${pathOf(index.manifests[0]?.digest ?? "")}`)), "");
    const Layers = manifest.layers.map(({ digest }) => pathOf(digest));
    expect(names).toEqual(expect.arrayContaining(Layers));
    writeFileSync(at("gzipped/manifest.json"), JSON.stringify([{ Config: pathOf(manifest.config.digest), Layers }]));
    tar("gzipped.tar", "gzipped");
    const base = await open(`docker-archive:${at("gzipped.tar")}`);
    expect(base.layers.map(({ descriptor }) => descriptor)).toEqual(manifest.layers);
    await readLayers(base);
    expect(await surveyBase(base, "base")).toMatchObject({ libc: "glibc" });
  });

  it("is the one for the platform", async () => {
    await layout("both", { platforms: ["linux/amd64", "linux/arm64"] });
    expect((await open(`oci:${at("both")}:base`, "linux/arm64")).config.architecture).toBe("arm64");
    await layout("one", { platforms: ["linux/arm64"] });
    await expect(open(`oci:${at("one")}`)).rejects.toMatchObject({
      kind: "invalid_image",
      reason: "is not there for linux/amd64",
      hint: 'It is there for "linux/arm64"',
    });
  });

  it("has a name where there are several", async () => {
    await layout("several");
    const index = JSON.parse(readFileSync(at("several/index.json"), "utf8"));
    const other = { ...index.manifests[0], annotations: { "org.opencontainers.image.ref.name": "other" } };
    writeFileSync(at("several/index.json"), JSON.stringify({ ...index, manifests: [...index.manifests, other] }));
    await expect(open(`oci:${at("several")}`)).rejects.toMatchObject({
      reason: "has several images",
      hint: 'There are "base", "other": name one behind a colon',
    });
    await expect(open(`oci:${at("several")}:none`)).rejects.toMatchObject({ reason: "has no such image" });
    expect(await open(`oci:${at("several")}:other`)).toMatchObject({ layers: [{}, {}] });
  });

  it.each<{ name: string; kind: FileKind; file: string; content: string; said: string; error: string }>([
    { name: "no folder", kind: "oci", file: "none", content: "", said: "has no index.json", error: "invalid_image" },
    { name: "no file", kind: "docker-archive", file: "none", content: "", said: "no such file", error: "file_system" },
    {
      name: "no tar",
      kind: "docker-archive",
      file: "x",
      content: "x".repeat(600),
      said: "is no tar",
      error: "invalid_image",
    },
    {
      name: "a compressed archive",
      kind: "docker-archive",
      file: "x",
      content: `\u001f\u008b${"x".repeat(600)}`,
      said: "Unpack it with gunzip first",
      error: "invalid_image",
    },
  ])("is refused: $name", async ({ kind, file, content, said, error }) => {
    if (content !== "") writeFileSync(at(file), content, "latin1");
    await expect(open(`${kind}:${at(file)}`)).rejects.toMatchObject({
      kind: error,
      message: expect.stringContaining(said),
    });
  });

  it("is refused when a part of it was changed", async () => {
    await layout("changed");
    cpSync(at("changed"), at("damaged"), { recursive: true });
    const [entry] = parseIndex(readFileSync(at("damaged/index.json")), "").manifests;
    const path = at(`damaged/${pathOf(entry?.digest ?? "")}`);
    writeFileSync(path, readFileSync(path, "utf8").replace('"size":', '"size": '));
    await expect(open(`oci:${at("damaged")}`)).rejects.toMatchObject({ kind: "checksum_mismatch" });
    const manifest = parseManifest(readFileSync(at(`changed/${pathOf(entry?.digest ?? "")}`)), "");
    writeFileSync(at(`changed/${pathOf(manifest.layers[0]?.digest ?? "")}`), "something else");
    await expect(readLayers(await open(`oci:${at("changed")}`))).rejects.toMatchObject({ kind: "checksum_mismatch" });
  });
});
