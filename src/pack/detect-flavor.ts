import { MlserveError, quoteName } from "../core/errors.js";
import type { DescribedModel, Flavor } from "../flavors/flavor.js";
import { functionFlavor } from "../flavors/js-function/flavor.js";
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
  const candidates = await askAll(asked, source);
  const [only, ...others] = candidates;
  if (only === undefined) throw unknown(source, asked);
  if (others.length > 0) throw ambiguous(source, candidates);
  if ("fault" in only) throw only.fault;
  return { flavor: only.flavor, described: withFiles(only.described, source) };
}

/**
 * Models of other flavors among the data of a function, which goes before them, one text each: `onnx (model.onnx)`. What
 * keeps a flavor from taking them is of no interest.
 */
export async function findBeside(source: BareSource, { flavors }: FlavorRegistry): Promise<readonly string[]> {
  const others = flavors.filter(({ name }) => name !== functionFlavor.name);
  const candidates = await askAll(others, source).catch(() => []);
  return candidates.flatMap((candidate) => ("fault" in candidate ? [] : [spell(candidate, source)]));
}

async function askAll(flavors: readonly Flavor[], source: BareSource): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const flavor of flavors) candidates.push(...(await ask(flavor, source)));
  return candidates;
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

function ambiguous(source: BareSource, candidates: readonly Candidate[]): MlserveError {
  const names = candidates.map(({ flavor }) => flavor.name);
  const spelled = candidates.map((candidate) => spell(candidate, source));
  const hint = `Say which one to pack: --flavor ${names.join(" or --flavor ")}`;
  const { where } = source;
  return new MlserveError("usage", `holds models of several flavors: ${spelled.join(", ")}`, { where, hint });
}

/** The name of its flavor and the file that it was found by, or what is wrong with it. */
function spell(candidate: Candidate, { files }: BareSource): string {
  const { name } = candidate.flavor;
  if ("fault" in candidate) return `${name} (${candidate.fault.message})`;
  const { flavors, files: own = [] } = candidate.described;
  const known = new Set(files.map((file) => file.name));
  const file = own[0] ?? Object.values(flavors[name] ?? {}).find((value) => known.has(String(value)));
  return file === undefined ? name : `${name} (${String(file)})`;
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
