import { posix } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import { elementCount } from "../../core/tensor.js";
import { nameFault } from "../../format/file-names.js";
import type { ModelFiles } from "../../format/model.js";
import { damagedModel, type ModelJson, type WeightSpec } from "./model-json.js";

/** Weights that lie one after another in some files, as if those were one. */
export interface WeightGroup {
  /** Names of files of the model. */
  readonly files: readonly string[];
  readonly specs: readonly WeightSpec[];
  /** What the weights take; undefined where strings are among them, whose lengths stand in the files. */
  readonly bytes: number | undefined;
}

/** Bytes of an element in a weights file. */
const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** Before each string stands its length. */
const LENGTH_BYTES = 4;

/**
 * What the manifest of a model.json says, checked on its own: no file is looked at.
 *
 * Throws `invalid_model` for a path out of the model's folder or to a URL, sizes that no file has, names that stand twice.
 */
export function planWeights({ weightsManifest, file }: ModelJson): WeightGroup[] {
  const names = new Set<string>();
  for (const { name } of weightsManifest.flatMap(({ weights }) => weights)) {
    if (names.has(name)) throw damagedModel(file, `the weight ${quoteName(name)} stands twice`);
    names.add(name);
  }
  return weightsManifest.map(({ paths, weights }) => ({
    files: paths.map((path) => toFile(path, file)),
    specs: weights,
    bytes: groupBytes(weights, file),
  }));
}

function toFile(path: string, file: string): string {
  const fault = pathFault(path);
  if (fault !== undefined)
    throw damagedModel(file, `it ${fault}: ${quoteName(path)}. Weights lie in files beside it, or below`);
  return posix.join(posix.dirname(file), posix.normalize(path));
}

function pathFault(path: string): string | undefined {
  if (/^[a-z][a-z\d+.-]+:/i.test(path) || path.startsWith("//")) return "names a URL for weights";
  if (/%[\da-f]{2}/i.test(path)) return "names a weights file in the encoding of URLs";
  if (/^[A-Za-z]:|^[/\\]/.test(path)) return "names a weights file by an absolute path";
  if (path.split(/[/\\]/).includes("..")) return "names a weights file outside its folder";
  return nameFault(posix.normalize(path)) === undefined ? undefined : "names a weights file that cannot be one";
}

function groupBytes(specs: readonly WeightSpec[], file: string): number | undefined {
  const sizes = specs.map((spec) => weightBytes(spec, file));
  const total = sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  if (!Number.isSafeInteger(total)) throw damagedModel(file, "its weights have more bytes than can be counted");
  return sizes.includes(undefined) ? undefined : total;
}

function weightBytes({ name, shape, dtype, quantization }: WeightSpec, file: string): number | undefined {
  const refuse = (reason: string): MlserveError => damagedModel(file, `the weight ${quoteName(name)} ${reason}`);
  if (quantization !== undefined && dtype !== "float32" && (dtype !== "int32" || quantization.dtype === "float16"))
    throw refuse(`is of the type ${dtype}, which is not quantized to ${quantization.dtype}`);
  const { min, scale } = quantization ?? {};
  if (quantization !== undefined && quantization.dtype !== "float16" && (min === undefined || scale === undefined))
    throw refuse("is quantized without its min and scale");
  const count = countElements(shape);
  if (count === undefined) throw refuse("has more elements than can be counted");
  return dtype === "string" ? undefined : count * ELEMENT_BYTES[quantization?.dtype ?? dtype];
}

function countElements(shape: readonly number[]): number | undefined {
  try {
    return elementCount(shape);
  } catch {
    return undefined;
  }
}

/** Throws `invalid_model` naming a weights file that is missing, or the files that do not hold what they should. */
export async function checkWeights(groups: readonly WeightGroup[], model: string, files: ModelFiles): Promise<void> {
  for (const group of groups) {
    for (const name of group.files) if (!files.has(name)) throw missingFile(name, model);
    const held = group.files.reduce((sum, name) => sum + files.size(name), 0);
    checkSize(group, group.bytes ?? measure(group, await readFiles(group.files, files)), held, model);
  }
}

/** The bytes of all weights in the order of their specs. Throws as {@link checkWeights} does, and `file_system`. */
export async function readWeights(
  groups: readonly WeightGroup[],
  model: string,
  files: ModelFiles,
): Promise<ArrayBuffer[]> {
  const buffers: ArrayBuffer[] = [];
  for (const group of groups) {
    for (const name of group.files) if (!files.has(name)) throw missingFile(name, model);
    const content = await readFiles(group.files, files);
    const held = content.reduce((sum, { byteLength }) => sum + byteLength, 0);
    checkSize(group, group.bytes ?? measure(group, content), held, model);
    buffers.push(...content);
  }
  return buffers;
}

async function readFiles(names: readonly string[], files: ModelFiles): Promise<ArrayBuffer[]> {
  const buffers: ArrayBuffer[] = [];
  for (const name of names) buffers.push(wholeBuffer(await files.read(name)));
  return buffers;
}

function wholeBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const whole = buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === byteLength;
  return whole ? buffer : new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength)).buffer;
}

/** What weights take with strings among them: more than there is where a length leads out of the files. */
function measure({ specs }: WeightGroup, content: readonly ArrayBuffer[]): number {
  const bytes = Buffer.concat(content.map((buffer) => new Uint8Array(buffer)));
  let position = 0;
  for (const { dtype, shape, quantization } of specs) {
    const count = elementCount(shape);
    if (dtype !== "string") position += count * ELEMENT_BYTES[quantization?.dtype ?? dtype];
    else
      for (let i = 0; i < count; i++) {
        if (position + LENGTH_BYTES > bytes.length) return position + LENGTH_BYTES;
        position += LENGTH_BYTES + bytes.readUInt32LE(position);
      }
  }
  return position;
}

function checkSize({ files }: WeightGroup, needed: number, held: number, model: string): void {
  if (held === needed) return;
  const names = files.slice(0, 5).map(quoteName).join(", ") || "no file";
  const hint = "The files are not those that the model was saved with, or they were cut short";
  throw new MlserveError("invalid_model", `its weights take ${needed} bytes, and ${held} lie in ${names}`, {
    where: quoteName(model),
    hint,
  });
}

function missingFile(name: string, model: string): MlserveError {
  return new MlserveError("invalid_model", `its weights file ${quoteName(name)} is missing`, {
    where: quoteName(model),
    hint: "Put the file where it lay when the model was saved",
  });
}
