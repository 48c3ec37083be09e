import { z } from "zod";
import { MlserveError, quoteName } from "../../core/errors.js";
import { DIGEST } from "./digest.js";

/*
 * The JSON documents of an image, as far as they are used here: https://github.com/opencontainers/image-spec. What they
 * say besides is kept where a document is written again.
 */

const PLATFORM = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

const DESCRIPTOR = z.object({
  mediaType: z.string(),
  digest: z.string().regex(DIGEST),
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
  platform: PLATFORM.optional(),
  artifactType: z.string().optional(),
});

/** Says of some bytes what they are, how many, and their digest. */
export type Descriptor = Readonly<z.output<typeof DESCRIPTOR>>;

const MANIFEST = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: DESCRIPTOR,
  layers: z.array(DESCRIPTOR),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** Of one image, or of one artifact. */
export type Manifest = Readonly<z.output<typeof MANIFEST>>;

/** Several images of one name: one for each platform. */
const INDEX = z.object({ mediaType: z.string().optional(), manifests: z.array(DESCRIPTOR) });

const HISTORY = z.looseObject({ created_by: z.string().optional(), empty_layer: z.boolean().optional() });

const IMAGE_CONFIG = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(z.string().regex(DIGEST)) }),
  history: z.array(HISTORY).nullish(),
});

/** How an image is run, and the digests of its unpacked layers. */
export type ImageConfig = Readonly<z.output<typeof IMAGE_CONFIG>>;

export const parseManifest = documentParser("manifest", MANIFEST);
export const parseIndex = documentParser("index", INDEX);
export const parseImageConfig = documentParser("config", IMAGE_CONFIG);

/** A reader of one kind of document, which throws `invalid_image` naming the field that is wrong. */
export function documentParser<T>(kind: string, schema: z.ZodType<T>): (content: Uint8Array, where: string) => T {
  return (content, where) => {
    const result = schema.safeParse(parseJson(content, kind, where));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const field = quoteName((issue?.path ?? []).join("."));
    throw new MlserveError("invalid_image", `its ${kind} is damaged: field ${field} is not as expected`, { where });
  };
}

function parseJson(content: Uint8Array, kind: string, where: string): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString("utf8"));
  } catch (cause) {
    throw new MlserveError("invalid_image", `its ${kind} is no JSON`, { where, cause });
  }
}

/** A document as it is hashed and sent: the same value gives the same bytes. */
export function toDocument(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
