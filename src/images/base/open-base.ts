import { openRegistry, type RegistryOptions } from "../registry/registry-client.js";
import { openRegistryImage } from "../registry/registry-image.js";
import type { BaseLocation } from "./base-location.js";
import { openDockerArchive } from "./docker-archive.js";
import { type ImageFiles, openFolderFiles, openTarFiles } from "./image-files.js";
import { openLayoutImage } from "./layout-image.js";
import type { StoredImage } from "./stored-image.js";

/** Opens an image where it lies. Throws `invalid_image`, `registry_failed`, `file_system` and `checksum_mismatch`. */
export async function openBase(location: BaseLocation, options: RegistryOptions): Promise<StoredImage> {
  if (location.kind !== "registry") return openStored(location.kind, location.path, location.name);
  const { registry, repository } = location.reference;
  const client = openRegistry({ ...options, registry, repository, actions: "pull" });
  return openRegistryImage(client, location.reference);
}

async function openStored(
  kind: Exclude<BaseLocation["kind"], "registry">,
  path: string,
  name: string | undefined,
): Promise<StoredImage> {
  const files: ImageFiles = kind === "oci" ? await openFolderFiles(path) : await openTarFiles(path);
  return kind === "docker-archive" ? openDockerArchive(files, name) : openLayoutImage(files, name);
}
