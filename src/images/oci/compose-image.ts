import type { ImageLayer, ImageSettings } from "../image.js";
import { HEALTH_COMMAND, HEALTH_TIMES } from "../image-config.js";
import { type Descriptor, type ImageConfig, toDocument } from "./documents.js";
import { type ImageBlob, toBlob } from "./image-blob.js";
import type { Layer } from "./layer.js";
import { OCI, toOciLayerType } from "./media-types.js";

/** What an image is built upon: the config and the layers of another. */
export interface BaseImage {
  readonly config: ImageConfig;
  readonly layers: readonly ImageBlob[];
}

/** A layer that goes upon the base, with what the image's history says of it. */
export interface AddedLayer {
  readonly title: ImageLayer["title"];
  readonly layer: Layer;
}

export interface ImageParts {
  readonly base: BaseImage;
  readonly added: readonly AddedLayer[];
  readonly settings: ImageSettings;
  /** When the image was made, in the form of RFC 3339. */
  readonly created: string;
}

/** An image with all that belongs to it, before it is written or sent. */
export interface ComposedImage {
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly config: ImageBlob;
  readonly manifest: ImageBlob;
  /** From the lowest to the topmost. */
  readonly layers: readonly ImageBlob[];
}

/** Puts an image together. The same parts give the same digests. */
export function composeImage({ base, added, settings, created }: ImageParts): ComposedImage {
  const platform = splitPlatform(settings.platform);
  const layers = [...base.layers.map(asOciLayer), ...added.map(({ layer }) => layer.blob)];
  const config = toBlob(OCI.config, toDocument(configOf({ base, added, settings, created })));
  const document = {
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: bare(config.descriptor),
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: annotationsOf(settings.labels, created),
  };
  return { platform, config, layers, manifest: toBlob(OCI.manifest, toDocument(document), { platform }) };
}

function configOf({ base, added, settings, created }: ImageParts): object {
  const { rootfs, config: baseConfig } = base.config;
  const { platform, env, user, workingDir, labels, port, entrypoint, cmd } = settings;
  return {
    ...splitPlatform(platform),
    created,
    config: {
      ...withoutCommands(baseConfig ?? {}),
      User: user,
      ExposedPorts: { [`${port}/tcp`]: {} },
      Env: mergeEnvironment(baseConfig?.Env ?? [], env),
      Entrypoint: entrypoint,
      Cmd: cmd,
      WorkingDir: workingDir,
      Labels: sorted({ ...baseConfig?.Labels, ...labels }),
      StopSignal: "SIGTERM",
      Healthcheck: healthcheckOf(settings),
    },
    rootfs: { type: "layers", diff_ids: [...rootfs.diff_ids, ...added.map(({ layer }) => layer.diffId)] },
    history: [
      ...historyOf(base.config),
      ...added.map(({ title }) => ({ created, created_by: `mlserve build-image: ${title}` })),
    ],
  };
}

/** Docker's extension of the config, which others pass over. */
function healthcheckOf(settings: ImageSettings): object {
  const { intervalSeconds, timeoutSeconds, startSeconds, retries } = HEALTH_TIMES;
  const [program = "node"] = settings.entrypoint;
  return {
    Test: ["CMD", program, ...HEALTH_COMMAND.slice(1)],
    Interval: intervalSeconds * NANOSECONDS,
    Timeout: timeoutSeconds * NANOSECONDS,
    StartPeriod: startSeconds * NANOSECONDS,
    Retries: retries,
  };
}

/** In a second: what the config counts times in. */
const NANOSECONDS = 1e9;

/** What would be left of the base's own program: its shell form and its ports are not those of the server. */
function withoutCommands(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { Entrypoint, Cmd, Healthcheck, OnBuild, ArgsEscaped, ExposedPorts, Image, Hostname, Domainname, ...rest } =
    config;
  return rest;
}

function mergeEnvironment(base: readonly string[], added: Readonly<Record<string, string>>): string[] {
  const kept = base.filter((entry) => !Object.hasOwn(added, entry.slice(0, entry.indexOf("="))));
  return [...kept, ...Object.entries(sorted(added)).map(([name, value]) => `${name}=${value}`)];
}

/** One entry for each layer, also where the base tells of none: some readers count them. */
function historyOf({ history, rootfs }: ImageConfig): readonly object[] {
  const told = history ?? [];
  const layers = told.filter(({ empty_layer }) => empty_layer !== true).length;
  return layers === rootfs.diff_ids.length ? told : rootfs.diff_ids.map(() => ({ created_by: "base image" }));
}

/** The labels of the specification are its annotations too: registries show these. */
function annotationsOf(labels: Readonly<Record<string, string>>, created: string): Record<string, string> {
  const own = Object.entries(labels).filter(([key]) => key.startsWith("org.opencontainers.image."));
  return sorted({ "org.opencontainers.image.created": created, ...Object.fromEntries(own) });
}

function asOciLayer({ descriptor, open }: ImageBlob): ImageBlob {
  const { digest, size } = descriptor;
  return { descriptor: { mediaType: toOciLayerType(descriptor.mediaType), digest, size }, open };
}

function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

export function splitPlatform(platform: string): { os: string; architecture: string } {
  const [os = "", architecture = ""] = platform.split("/");
  return { os, architecture };
}

/** The order in which things were said must not show in a digest. */
function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
