import { posix } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { ModelFiles } from "../../format/model.js";
import type { TensorProto } from "./model-proto.js";

/** Where the bytes of a tensor lie that are not in the ONNX file. */
export interface ExternalData {
  /** The name of a file of the model. */
  readonly file: string;
  /** The same file as the runtime calls it: relative to the ONNX file's folder, without `.` parts. */
  readonly location: string;
  /** Does the ONNX file spell the location so? */
  readonly canonical: boolean;
  /** Bytes. */
  readonly offset: number;
  /** Bytes; undefined for all up to the file's end. */
  readonly length: number | undefined;
}

/** What ONNX Runtime takes for an address in its own memory: it has such a marker for each order of bytes. */
const MEMORY_MARKER = /_MEM_ADDR_/;

/**
 * Finds the weights of a tensor that says they lie in another file than `onnxFile`.
 *
 * Throws `invalid_model` for a location outside the model's folder, or that no file system should be asked for.
 */
export function readExternalData(tensor: TensorProto, onnxFile: string): ExternalData {
  const entries = new Map(tensor.externalEntries);
  const refuse = (reason: string): MlserveError => refusal(tensor, onnxFile, reason);
  // The runtime refuses repeated keys; which of two it would take must not matter.
  if (entries.size !== tensor.externalEntries.length) throw refuse("describes its weights file twice");
  const location = entries.get("location") ?? "";
  const reason = locationFault(location);
  if (reason !== undefined) throw refuse(reason);
  const canonical = posix.normalize(location);
  return {
    file: posix.join(posix.dirname(onnxFile), canonical),
    location: canonical,
    canonical: canonical === location,
    offset: readSize(entries.get("offset"), refuse) ?? 0,
    length: readSize(entries.get("length"), refuse),
  };
}

function locationFault(location: string): string | undefined {
  if (location === "") return "names no weights file";
  if (MEMORY_MARKER.test(location)) return "points into memory instead of a weights file";
  if (/^[A-Za-z]:|^[/\\]/.test(location)) return "names a weights file by an absolute path";
  if (location.includes("\\")) return "names a weights file with a backslash";
  if (location.split("/").includes("..")) return "names a weights file outside its folder";
  // A star starts every marker that the runtime has for a place that is no file.
  if (/[\0*]|\/$/.test(location)) return "names a weights file that cannot be one";
  return undefined;
}

function readSize(text: string | undefined, refuse: (reason: string) => MlserveError): number | undefined {
  if (text === undefined) return undefined;
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw refuse("says a place in its weights file that is no whole number");
  return size;
}

/** Throws `invalid_model` when a weights file is missing, or too short for what the model says lies in it. */
export function checkExternalData(data: ExternalData, onnxFile: string, files: ModelFiles): void {
  if (!files.has(data.file)) {
    throw new MlserveError("invalid_model", `its weights file ${quoteName(data.file)} is missing`, {
      where: quoteName(onnxFile),
      hint: "Put the file beside the ONNX file, under the name it had when the model was saved",
    });
  }
  if (data.offset + (data.length ?? 0) > files.size(data.file)) {
    throw new MlserveError("invalid_model", `its weights file ${quoteName(data.file)} is too short`, {
      where: quoteName(onnxFile),
      hint: "The file is not the one that the model was saved with, or it was cut short",
    });
  }
}

function refusal(tensor: TensorProto, onnxFile: string, reason: string): MlserveError {
  return new MlserveError("invalid_model", `the tensor ${quoteName(tensor.name)} ${reason}`, {
    where: quoteName(onnxFile),
  });
}
