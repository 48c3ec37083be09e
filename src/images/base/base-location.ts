import { MlserveError, quoteName } from "../../core/errors.js";
import { type ImageReference, parseReference } from "../oci/reference.js";

/** Where an image lies that others are built upon. */
export type BaseLocation =
  | { readonly kind: "registry"; readonly reference: ImageReference }
  | { readonly kind: FileKind; readonly path: string; readonly name: string | undefined };

/** A folder in the layout of the specification, such a folder in a tar, or what `docker save` writes. */
export type FileKind = "oci" | "oci-archive" | "docker-archive";

const FILE_KINDS: readonly FileKind[] = ["oci", "oci-archive", "docker-archive"];

/** Spellings of skopeo for places that only its own programs can read. */
const FOREIGN = /^(containers-storage|docker-daemon|dir|ostree|sif|tarball|atomic):/;

/**
 * Reads a place as skopeo spells it: `docker://NAME:TAG`, or the name alone, `oci:DIR[:REF]`, `oci-archive:FILE[:REF]`,
 * `docker-archive:FILE[:NAME]`. Throws `usage`; `where` is the option that it was given to.
 */
export function parseBaseLocation(text: string, where: string): BaseLocation {
  const kind = FILE_KINDS.find((known) => text.startsWith(`${known}:`));
  if (kind !== undefined) return { kind, ...splitPath(text.slice(kind.length + 1), where) };
  const foreign = FOREIGN.exec(text)?.[1];
  if (foreign !== undefined)
    throw new MlserveError("usage", `images cannot be read from ${quoteName(foreign)}`, {
      where,
      hint: "docker save, or skopeo copy, writes it into a file for docker-archive:FILE",
    });
  return { kind: "registry", reference: parseReference(text.replace(/^docker:\/\//, ""), where) };
}

/** The first colon ends the path, but not the one of a drive. */
function splitPath(text: string, where: string): { path: string; name: string | undefined } {
  const [, path = "", name] = /^((?:[A-Za-z]:[\\/])?[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (path === "") throw new MlserveError("usage", "expected a path behind the colon", { where });
  return { path, name: name === "" ? undefined : name };
}
