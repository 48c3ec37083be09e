import { MlserveError } from "../../core/errors.js";
import { checkDigest, shortDigest } from "../oci/digest.js";
import { type Descriptor, parseIndex } from "../oci/documents.js";
import { pathOf } from "../oci/write-archive.js";
import { chooseNamed } from "./choose-named.js";
import type { ImageFiles } from "./image-files.js";
import type { StoredImage } from "./stored-image.js";

const REF_NAME = "org.opencontainers.image.ref.name";

/**
 * An image in the layout of the specification. `name` says which, where there are several.
 *
 * Throws `invalid_image` for what is no layout, and for a name that is not there.
 */
export async function openLayoutImage(files: ImageFiles, name: string | undefined): Promise<StoredImage> {
  const { where } = files;
  const content = await files.read("index.json");
  if (content === undefined)
    throw new MlserveError("invalid_image", "has no index.json, so that it is no OCI image layout", { where });
  const chosen = chooseNamed(parseIndex(content, where).manifests, nameOf, name, where);
  const document = async (descriptor: Descriptor): Promise<Uint8Array> => {
    const bytes = await files.read(pathOf(descriptor.digest));
    if (bytes === undefined)
      throw new MlserveError("invalid_image", `${shortDigest(descriptor.digest)} is missing`, { where });
    checkDigest(bytes, descriptor.digest);
    return bytes;
  };
  const root = { mediaType: chosen.mediaType, content: await document(chosen) };
  return { where, root, document, blob: (descriptor) => files.blob(pathOf(descriptor.digest), descriptor) };
}

function nameOf({ annotations }: Descriptor): readonly string[] {
  const name = annotations?.[REF_NAME];
  return name === undefined ? [] : [name];
}
