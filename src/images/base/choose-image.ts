import { MlserveError, quoteName } from "../../core/errors.js";
import { type BaseImage, splitPlatform } from "../oci/compose-image.js";
import {
  type Descriptor,
  type ImageConfig,
  type Manifest,
  parseImageConfig,
  parseIndex,
  parseManifest,
} from "../oci/documents.js";
import { INDEX_TYPES, MANIFEST_TYPES } from "../oci/media-types.js";
import type { StoredDocument, StoredImage } from "./stored-image.js";

/** More than one index in another is nobody's way of writing images. */
const MOST_NESTED = 3;

/** What will do where all platforms have the same. */
export const ANY_PLATFORM = "any/any";

/** The manifest of an image for a platform. Throws `invalid_image` when there is none for it. */
export async function chooseManifest(image: StoredImage, platform: string): Promise<Manifest> {
  let document = image.root;
  for (let depth = 0; INDEX_TYPES.includes(document.mediaType) && depth < MOST_NESTED; depth++) {
    const descriptor = choosePlatform(parseIndex(document.content, image.where).manifests, platform, image.where);
    document = { mediaType: descriptor.mediaType, content: await image.document(descriptor) };
  }
  if (!MANIFEST_TYPES.includes(document.mediaType)) throw noImage(document, image.where);
  return parseManifest(document.content, image.where);
}

/** The config and the layers of an image for a platform. Throws as {@link chooseManifest} does. */
export async function chooseImage(image: StoredImage, platform: string): Promise<BaseImage> {
  const { where } = image;
  const manifest = await chooseManifest(image, platform);
  const config = parseImageConfig(await image.document(manifest.config), where);
  checkPlatform(config, platform, where);
  if (config.rootfs.diff_ids.length !== manifest.layers.length)
    throw new MlserveError("invalid_image", "its config and its manifest tell of different layers", { where });
  return { config, layers: await Promise.all(manifest.layers.map(image.blob)) };
}

function choosePlatform(manifests: readonly Descriptor[], wanted: string, where: string): Descriptor {
  // An index often says nothing of its only image; the config of that does.
  const fits =
    manifests.find((each) => isFor(each, wanted)) ?? manifests.find(({ platform }) => platform === undefined);
  if (fits !== undefined) return fits;
  const there = manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === "unknown" ? [] : [`${platform.os}/${platform.architecture}`],
  );
  throw otherPlatform(wanted, there, where);
}

/** Indexes hold attestations too, whose platform is unknown. */
function isFor({ platform }: Descriptor, wanted: string): boolean {
  if (platform === undefined || platform.os === "unknown") return false;
  const { os, architecture } = splitPlatform(wanted);
  return wanted === ANY_PLATFORM || (platform.os === os && platform.architecture === architecture);
}

function checkPlatform({ os, architecture }: ImageConfig, wanted: string, where: string): void {
  const is = `${os}/${architecture}`;
  if (is !== wanted) throw otherPlatform(wanted, [is], where);
}

function otherPlatform(wanted: string, there: readonly string[], where: string): MlserveError {
  const hint = there.length === 0 ? {} : { hint: `It is there for ${there.map(quoteName).join(", ")}` };
  return new MlserveError("invalid_image", `is not there for ${wanted}`, { where, ...hint });
}

function noImage({ mediaType }: StoredDocument, where: string): MlserveError {
  return new MlserveError("invalid_image", `is no image but ${quoteName(mediaType)}`, { where });
}
