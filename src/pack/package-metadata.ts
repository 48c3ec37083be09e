import { MlserveError, quoteName } from "../core/errors.js";
import { installedVersion, readVersion } from "../core/installed-version.js";
import type { Flavor } from "../flavors/flavor.js";
import type { MlmodelDescriptor } from "../format/mlmodel.js";
import type { Edit } from "../format/mlmodel-writer.js";

/** Entries of `metadata` in the MLmodel file, which Python's mlflow passes through. */
export type Metadata = Readonly<Record<string, unknown>>;

/** The entry that holds what mlserve itself has to say. */
const OWN_KEY = "mlserve";

/** Throws `usage` for entries that nobody could read back, or that are mlserve's own. */
export function checkMetadata(metadata: Metadata): void {
  for (const key of Object.keys(metadata)) {
    const where = `metadata ${quoteName(key)}`;
    if (key === OWN_KEY)
      throw new MlserveError("usage", "is mlserve's own entry", { where, hint: "Name it otherwise" });
    if (!/^[^\p{Cc}]+$/u.test(key))
      throw new MlserveError("usage", "the key is empty or holds a control character", { where });
  }
}

/** What a package says of itself besides what its model says. */
export interface PackageLabels {
  /** What to call the model, when it was said. */
  readonly name: string | undefined;
  readonly metadata: Metadata | undefined;
  /** The flavor that will run it, whose runtime's version is written down. */
  readonly flavor: Flavor | undefined;
}

/** All of `metadata`, for an MLmodel file that has none yet. */
export function toMetadata({ metadata, ...labels }: PackageLabels): Metadata {
  return { ...metadata, [OWN_KEY]: ownEntry(labels) };
}

/** The changes to an MLmodel file's own `metadata`, whose other entries stay. */
export function metadataEdits(descriptor: MlmodelDescriptor, labels: PackageLabels): Edit[] {
  if (descriptor.metadata === undefined) return [[["metadata"], toMetadata(labels)]];
  const before = descriptor.metadata[OWN_KEY];
  const given = Object.entries(labels.metadata ?? {}).map(([key, value]): Edit => [["metadata", key], value]);
  return [...given, [["metadata", OWN_KEY], { ...(isMap(before) ? before : {}), ...ownEntry(labels) }]];
}

function ownEntry({ name, flavor }: Omit<PackageLabels, "metadata">): Metadata {
  return { ...(name === undefined ? {} : { name }), packed_with: versionsOf(flavor) };
}

/** mlserve's own version, and that of the runtime's npm package where it is installed. */
function versionsOf(flavor: Flavor | undefined): Readonly<Record<string, string>> {
  const runtime = flavor?.runtimePackage;
  const version = runtime === undefined ? undefined : installedVersion(runtime);
  return { mlserve: readVersion(), ...(runtime === undefined || version === undefined ? {} : { [runtime]: version }) };
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
