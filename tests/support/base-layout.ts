import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf } from "../../src/images/oci/digest.js";
import { readAll } from "../../src/images/oci/image-blob.js";
import { writeLayer } from "../../src/images/oci/layer.js";
import { OCI } from "../../src/images/oci/media-types.js";
import { pathOf } from "../../src/images/oci/write-archive.js";

export interface BaseOptions {
  /** Names of files for each layer, from the lowest on. */
  readonly layers?: readonly (readonly string[])[];
  readonly platforms?: readonly string[];
  /** `PATH=…` and others. */
  readonly env?: readonly string[];
  readonly history?: readonly object[];
  readonly gzip?: boolean;
}

/** Where a loader of glibc and Node lie in Debian's images of Node. */
export const GLIBC_NODE: readonly (readonly string[])[] = [
  ["usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "etc/os-release"],
  ["usr/local/bin/node"],
];

/** Writes an OCI image layout whose files hold nothing but their names; it has an index where it has several platforms. */
export async function writeBaseLayout(folder: string, options: BaseOptions = {}): Promise<void> {
  const { platforms = ["linux/amd64"] } = options;
  const manifests = [];
  for (const platform of platforms) manifests.push(await writeImage(folder, platform, options));
  const nested = { schemaVersion: 2, mediaType: OCI.index, manifests };
  const [first] = manifests;
  const root = platforms.length === 1 && first !== undefined ? first : put(folder, OCI.index, toJson(nested));
  const annotations = { "org.opencontainers.image.ref.name": "base" };
  write(folder, "oci-layout", toJson({ imageLayoutVersion: "1.0.0" }));
  write(folder, "index.json", toJson({ schemaVersion: 2, manifests: [{ ...root, annotations }] }));
}

async function writeImage(folder: string, platform: string, options: BaseOptions): Promise<object> {
  const { layers = GLIBC_NODE, env = ["PATH=/usr/local/bin:/usr/bin"], history, gzip = false } = options;
  const [os = "", architecture = ""] = platform.split("/");
  const descriptors = [];
  const diffIds = [];
  for (const names of layers) {
    const files = names.map((name) => ({ path: `/${name}`, source: Buffer.from(name), mode: 0o755 }));
    const tar = await readAll((await writeLayer(files)).blob.open());
    diffIds.push(digestOf(tar));
    descriptors.push(put(folder, gzip ? OCI.gzipLayer : OCI.layer, gzip ? gzipSync(tar) : tar));
  }
  const config = { os, architecture, config: { Env: env }, rootfs: { type: "layers", diff_ids: diffIds }, history };
  const document = { schemaVersion: 2, mediaType: OCI.manifest, config: put(folder, OCI.config, toJson(config)) };
  const manifest = put(folder, OCI.manifest, toJson({ ...document, layers: descriptors }));
  return { ...manifest, platform: { os, architecture } };
}

function put(
  folder: string,
  mediaType: string,
  content: Uint8Array,
): { mediaType: string; digest: string; size: number } {
  const digest = digestOf(content);
  write(folder, pathOf(digest), content);
  return { mediaType, digest, size: content.length };
}

function write(folder: string, name: string, content: Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function toJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
