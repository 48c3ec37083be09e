import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ExtractEvents, extract } from "tar-stream";
import { MlserveError } from "../../core/errors.js";
import { brokenLayer } from "../oci/broken-layer.js";
import type { BaseImage } from "../oci/compose-image.js";
import type { ImageConfig } from "../oci/documents.js";
import type { ImageBlob } from "../oci/image-blob.js";
import { OCI, toOciLayerType } from "../oci/media-types.js";

/** What of a base decides whether a model runs upon it. */
export interface BaseFacts {
  /** The C library; undefined where none was found. */
  readonly libc: Libc | undefined;
  /** Where Node lies, such as `/usr/local/bin/node`; undefined where it was not found. */
  readonly node: string | undefined;
}

type Libc = "glibc" | "musl";

/**
 * Looks for the C library and Node of a base: in what its config tells, and where that is too little, in its layers from
 * the lowest on, until both are found. Throws what reading a layer throws, and `invalid_image` for one that is no tar.
 */
export async function surveyBase({ config, layers }: BaseImage, where: string): Promise<BaseFacts> {
  const told = factsOfConfig(config);
  if (told !== undefined) return told;
  let facts: BaseFacts = { libc: undefined, node: undefined };
  for (const layer of layers) {
    facts = await surveyLayer(layer, facts, where);
    if (isDecided(facts)) return facts;
  }
  return facts;
}

/** Nothing that stands in a layer above makes a musl base another. */
function isDecided({ libc, node }: BaseFacts): boolean {
  return libc === "musl" || (libc !== undefined && node !== undefined);
}

/** The official images of Node say in their history what they are made of. */
function factsOfConfig({ config, history }: ImageConfig): BaseFacts | undefined {
  const steps = (history ?? []).map(({ created_by }) => created_by ?? "").join("\n");
  if (/\balpine-minirootfs\b|\bapk (--no-cache |-\S+ )*add\b/.test(steps)) return { libc: "musl", node: undefined };
  const official = config?.Env?.some((entry) => entry.startsWith("NODE_VERSION=")) === true;
  const debian = /\bdebian\.sh\b|\bdebuerreotype\b/.test(steps);
  return official && debian ? { libc: "glibc", node: "/usr/local/bin/node" } : undefined;
}

/** The first that matches decides: Debian can have musl beside its own library, and Alpine a loader for glibc. */
const LIBC_FILES: readonly (readonly [name: RegExp, libc: Libc])[] = [
  [/^etc\/alpine-release$|^lib\/apk\/db\//, "musl"],
  [/(^|\/)ld-musl-[^/]+\.so\.1$/, "musl"],
  [/(^|\/)ld-linux[^/]*\.so\.\d+$/, "glibc"],
];

type Entry = ExtractEvents["entry"][1];

const NODE_FILE = /(^|\/)bin\/node$/;

async function surveyLayer(layer: ImageBlob, before: BaseFacts, where: string): Promise<BaseFacts> {
  const reader = extract();
  const source = Readable.from(layer.open(), { objectMode: false });
  const unpacked = await unpack(source, layer, where);
  let failure: unknown;
  // What fails below the reader has to end it, or it would wait for ever.
  for (const stream of new Set([source, unpacked])) {
    stream.on("error", (error) => {
      failure ??= error;
      reader.destroy(error);
    });
  }
  unpacked.pipe(reader);
  try {
    return await readFacts(reader, before);
  } catch (error) {
    throw brokenLayer(failure ?? error, where);
  } finally {
    source.destroy();
    unpacked.destroy();
    reader.destroy();
  }
}

async function readFacts(entries: AsyncIterable<Entry>, before: BaseFacts): Promise<BaseFacts> {
  let { libc, node } = before;
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^(\.?\/)+/, "");
    libc ??= LIBC_FILES.find(([pattern]) => pattern.test(name))?.[1];
    if (entry.header.type !== "directory" && NODE_FILE.test(name)) node ??= `/${name}`;
    if (isDecided({ libc, node })) break;
    entry.resume();
  }
  return { libc, node };
}

async function unpack(source: Readable, { descriptor }: ImageBlob, where: string): Promise<Readable> {
  const mediaType = toOciLayerType(descriptor.mediaType);
  if (mediaType === OCI.layer) return source;
  if (mediaType === OCI.gzipLayer) return source.pipe(createGunzip());
  if (mediaType === OCI.zstdLayer) return Readable.from(await unpackZstd(source), { objectMode: false });
  throw new MlserveError("invalid_image", "has a layer of an unknown type", { where });
}

async function unpackZstd(source: Readable): Promise<AsyncIterable<Uint8Array>> {
  const { Decompress } = await import("fzstd");
  return (async function* () {
    const ready: Uint8Array[] = [];
    const decompress = new Decompress((chunk) => ready.push(chunk));
    for await (const chunk of source) {
      decompress.push(chunk);
      yield* ready.splice(0);
    }
  })();
}
