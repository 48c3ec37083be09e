import { MlserveError, quoteName } from "../core/errors.js";
import type { DescribedModel, Flavor } from "../flavors/flavor.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import { createModelFiles } from "../format/model-files.js";
import type { BareSource } from "./find-source.js";

const SEE = "See https://github.com/mlserve/mlserve/blob/main/docs/export.md";

/** What one flavor says of the files: a model of its own, or why what it found cannot be packed. */
type Candidate = DetectedFlavor | { readonly flavor: Flavor; readonly fault: MlserveError };

export interface DetectedFlavor {
  readonly flavor: Flavor;
  readonly described: DescribedModel;
}

/**
 * Finds the flavor of files without an MLmodel file, by what is in them.
 *
 * Every flavor is asked, or the one that is named. Throws `usage` when several have something of theirs among the files,
 * the error of the flavor when the only one that has cannot take it, and `unsupported_model` when none has.
 */
export async function detectFlavor(
  source: BareSource,
  flavors: FlavorRegistry,
  useFlavor: string | undefined,
): Promise<DetectedFlavor> {
  const asked = useFlavor === undefined ? flavors.flavors : [flavors.require(useFlavor)];
  const candidates: Candidate[] = [];
  for (const flavor of asked) candidates.push(...(await ask(flavor, source)));
  const [only, ...others] = candidates;
  if (only === undefined) throw unknown(source, asked);
  if (others.length > 0) throw ambiguous(source, candidates);
  if ("fault" in only) throw only.fault;
  return { flavor: only.flavor, described: withFiles(only.described, source) };
}

async function ask(flavor: Flavor, { files, file }: BareSource): Promise<readonly Candidate[]> {
  try {
    const described = await flavor.describe?.(createModelFiles(files), file === undefined ? {} : { file });
    return described === undefined || !isNamed(described, file) ? [] : [{ flavor, described }];
  } catch (fault) {
    if (!(fault instanceof MlserveError)) throw fault;
    return [{ flavor, fault }];
  }
}

/** A flavor may have found a model beside the file that was named. */
function isNamed({ files, flavors }: DescribedModel, file: string | undefined): boolean {
  if (file === undefined) return true;
  return files?.includes(file) ?? Object.values(flavors).some((block) => Object.values(block).includes(file));
}

/** What else lies beside a file that was named is no part of it, unless its flavor says so. */
function withFiles(described: DescribedModel, { file }: BareSource): DescribedModel {
  return file === undefined || described.files !== undefined ? described : { ...described, files: [file] };
}

function ambiguous({ where }: BareSource, candidates: readonly Candidate[]): MlserveError {
  const names = candidates.map(({ flavor }) => flavor.name);
  const faults = candidates.flatMap((each) => ("fault" in each ? [`${each.flavor.name}: ${each.fault.message}`] : []));
  const reason = `holds models of several flavors: ${names.join(", ")}${faults.length === 0 ? "" : ` (${faults.join("; ")})`}`;
  return new MlserveError("usage", reason, { where, hint: `Say which one to pack: --flavor ${names[0]}` });
}

function unknown({ where, known }: BareSource, asked: readonly Flavor[]): MlserveError {
  if (known !== undefined) return new MlserveError("unsupported_model", known.reason, { where, hint: known.hint });
  const looked = asked.flatMap(({ name, looksFor, describe }) => {
    if (looksFor !== undefined) return [looksFor];
    return describe === undefined ? [] : [`what the flavor ${quoteName(name)} looks for`];
  });
  const hint = `Expected ${[...looked, "or a folder that MLflow saved"].join(", ")}. ${SEE}`;
  return new MlserveError("unsupported_model", "holds no model that can be packed", { where, hint });
}
