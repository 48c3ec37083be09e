import { open } from "node:fs/promises";
import { join } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import { fileSystemError, systemCode } from "../../format/file-system-error.js";
import type { Descriptor } from "../oci/documents.js";
import { fileBlob, type ImageBlob, readAll, readRange } from "../oci/image-blob.js";
import { indexTar, type TarPlace } from "./tar-index.js";

/** The files of a stored image: of a folder, or of a tar. */
export interface ImageFiles {
  /** What to call them in an error. */
  readonly where: string;
  /** A whole file, of up to 8 MiB. Undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** A file to be read later, with its size. Throws `invalid_image` where there is none. */
  blob(name: string, descriptor: Omit<Descriptor, "size">): Promise<ImageBlob>;
}

/** More than any document of an image has. */
const MOST_DOCUMENT_BYTES = 8 * 1024 * 1024;

export async function openFolderFiles(folder: string): Promise<ImageFiles> {
  const where = quoteName(folder);
  const find = async (name: string): Promise<FilePlace | undefined> => {
    const path = join(folder, ...name.split("/"));
    const size = await sizeOf(path, where);
    return size === undefined ? undefined : { path, offset: 0, size };
  };
  return imageFiles(where, find);
}

export async function openTarFiles(path: string): Promise<ImageFiles> {
  const where = quoteName(path);
  const index = await indexTar(path, where);
  const toPlace = (place: TarPlace | undefined): FilePlace | undefined => place && { path, ...place };
  return imageFiles(where, async (name) => toPlace(index.get(name)));
}

interface FilePlace extends TarPlace {
  readonly path: string;
}

function imageFiles(where: string, find: (name: string) => Promise<FilePlace | undefined>): ImageFiles {
  return {
    where,
    async read(name) {
      const place = await find(name);
      if (place === undefined) return undefined;
      const { path, offset, size } = place;
      if (size > MOST_DOCUMENT_BYTES)
        throw new MlserveError("invalid_image", `${name} has more than ${MOST_DOCUMENT_BYTES} bytes`, { where });
      return readAll(readRange(path, offset, offset + size));
    },
    async blob(name, descriptor) {
      const place = await find(name);
      if (place === undefined) throw new MlserveError("invalid_image", `${quoteName(name)} is missing`, { where });
      return fileBlob({ ...descriptor, size: place.size }, place.path, place.offset);
    },
  };
}

async function sizeOf(path: string, where: string): Promise<number | undefined> {
  try {
    await using file = await open(path);
    const stats = await file.stat();
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw fileSystemError(error, where);
  }
}
