import type { INSPECT_OPTIONS } from "../src/config/options.js";
import { installedVersion } from "../src/core/installed-version.js";
import { chooseFlavor } from "../src/flavors/choose.js";
import type { Flavor } from "../src/flavors/flavor.js";
import type { MlmodelDescriptor } from "../src/format/mlmodel.js";
import type { Model } from "../src/format/model.js";
import type { ModelFile } from "../src/format/model-file.js";
import type { CommandContext } from "./command.js";
import { digestFiles } from "./file-digests.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { openArgument } from "./open.js";
import type { Output } from "./output.js";
import { toSignatureFields } from "./signature-fields.js";
import { signatureRows } from "./signature-text.js";
import { formatBytes, formatTable, toJson } from "./text.js";

/** `mlserve inspect`: reads the files only, no runtime. */
export async function inspectCommand(context: CommandContext<typeof INSPECT_OPTIONS>): Promise<void> {
  const known = await loadFlavors(context.options, context.io);
  await using model = await openArgument(context, context.options);
  const flavor = findFlavor(model.descriptor, known);
  const files = await digestFiles(model.files, context.output.progress.show);
  for (const warning of model.warnings) await context.output.warning(warning);
  await context.output.result(toResult(model, flavor, files), toLines(model, flavor, files, context.output));
}

function toResult(
  { name, descriptor, digest, warnings }: Model,
  flavor: Flavor | undefined,
  files: readonly ModelFile[],
): object {
  return {
    name,
    digest: digest ?? null,
    bytes: sumBytes(files),
    flavors: Object.fromEntries(descriptor.flavors),
    served_by: flavor?.name ?? null,
    runtime: describeRuntime(flavor) ?? null,
    signature: toSignatureFields(descriptor.signature),
    mlflow_version: descriptor.mlflowVersion ?? null,
    model_uuid: descriptor.modelUuid ?? null,
    input_example: descriptor.inputExample?.artifactPath ?? null,
    metadata: descriptor.metadata ?? null,
    files,
    warnings,
  };
}

function toLines(
  { name, descriptor, digest }: Model,
  flavor: Flavor | undefined,
  files: readonly ModelFile[],
  { paint }: Output,
): string[] {
  const runtime = describeRuntime(flavor);
  const facts = [
    ["flavors", [...descriptor.flavors.keys()].join(", ")],
    ["served by", flavor?.name ?? "none: see https://github.com/mlserve/mlserve/blob/main/docs/export.md"],
    ...optionalFact("runtime", runtime),
    ["digest", digest ?? "none (no SHA256SUMS)"],
    ["size", `${formatBytes(sumBytes(files))} in ${files.length} files`],
    ...optionalFact("MLflow", descriptor.mlflowVersion),
    ...optionalFact("model uuid", descriptor.modelUuid),
    ...optionalFact("example", descriptor.inputExample?.artifactPath),
  ];
  const sections = [
    ...signatureRows(descriptor.signature),
    {
      title: "metadata",
      rows: Object.entries(descriptor.metadata ?? {}).map(([key, value]) => [key, toJson(value)]),
    },
    { title: "files", rows: files.map((file) => [file.name, formatBytes(file.bytes), file.sha256]) },
  ];
  return [
    paint("bold", name),
    ...formatTable(facts),
    ...sections.flatMap(({ title, rows }) => toSection(paint("bold", title), rows)),
  ];
}

function optionalFact(title: string, value: string | undefined): string[][] {
  return value === undefined ? [] : [[title, value]];
}

function toSection(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ["", title, ...formatTable(rows)];
}

/** The flavor that would run the model; the one that is asked for must be able to. */
function findFlavor(descriptor: MlmodelDescriptor, { flavors, useFlavor }: KnownFlavors): Flavor | undefined {
  if (useFlavor !== undefined) return chooseFlavor(descriptor, flavors, { useFlavor }).flavor;
  return flavors.flavors.find(({ name }) => descriptor.flavors.has(name));
}

/** Which runtime that flavor would load, from its package.json alone. */
function describeRuntime(flavor: Flavor | undefined): string | undefined {
  const name = flavor?.runtimePackage;
  return name === undefined ? undefined : `${name} ${installedVersion(name) ?? "(not installed)"}`;
}

function sumBytes(files: readonly ModelFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
