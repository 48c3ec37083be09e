import { createHash } from "node:crypto";
import { MlserveError, quoteName } from "../core/errors.js";
import { compareNames, nameFault } from "./file-names.js";

/** The list of a package's files with their sha256, as `sha256sum` writes and checks it. */
export const CHECKSUMS_FILE = "SHA256SUMS";
/** A signature of the list. */
export const SIGNATURE_FILE = "SHA256SUMS.sig";

/** sha256 in lower-case hexadecimal digits by name. */
export type Checksums = ReadonlyMap<string, string>;

/** The two files that the list does not list: itself, and what signs it. */
export function isListed(name: string): boolean {
  return name !== CHECKSUMS_FILE && name !== SIGNATURE_FILE;
}

/** Room for ten thousand names of the greatest length. */
export const MAX_CHECKSUMS_BYTES = 16 * 1024 * 1024;

/** Writes the list, sorted by name. */
export function formatChecksums(checksums: Checksums): string {
  const names = [...checksums.keys()].sort(compareNames);
  return names.map((name) => `${checksums.get(name)}  ${name}\n`).join("");
}

/** Reads a list. Throws `invalid_package` naming the line that is not one of `sha256sum`. */
export function parseChecksums(content: Uint8Array): Checksums {
  const checksums = new Map<string, string>();
  const lines = Buffer.from(content).toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [index, line] of lines.entries()) {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/is.exec(line) ?? [];
    if (sha256 === undefined || name === undefined) throw badLine(index, "expected a sha256, two spaces and a name");
    const fault = nameFault(name);
    if (fault !== undefined) throw badLine(index, fault);
    if (!isListed(name)) throw badLine(index, "the list cannot list itself");
    if (checksums.has(name)) throw badLine(index, `${quoteName(name)} stands twice`);
    checksums.set(name, sha256.toLowerCase());
  }
  return checksums;
}

function badLine(index: number, reason: string): MlserveError {
  return new MlserveError("invalid_package", reason, { where: `${CHECKSUMS_FILE}: line ${index + 1}` });
}

/** Throws `checksum_mismatch` naming a file that is listed and missing, or there and not listed. */
export function checkListComplete(listed: Checksums, names: readonly string[]): void {
  for (const fault of listFaults(listed, names)) throw fault;
}

/** Every file that is listed and missing, or there and not listed, as `checksum_mismatch`. */
export function* listFaults(listed: Checksums, names: readonly string[]): Generator<MlserveError> {
  const present = new Set(names.filter(isListed));
  for (const name of listed.keys()) if (!present.has(name)) yield mismatch(name, `is in ${CHECKSUMS_FILE} but missing`);
  for (const name of present) {
    if (!listed.has(name)) yield mismatch(name, `is not in ${CHECKSUMS_FILE}: it was added after the model was packed`);
  }
}

/** Throws `checksum_mismatch` when a file's sha256 is not the one of the list. */
export function checkFile(listed: Checksums, name: string, sha256: string): void {
  if (listed.get(name) !== sha256) throw changedFile(name);
}

/** A file that is not the one that was listed, as `checksum_mismatch`. */
export function changedFile(name: string): MlserveError {
  return mismatch(name, `is not the file that ${CHECKSUMS_FILE} lists: it was changed or damaged`);
}

function mismatch(name: string, reason: string): MlserveError {
  return new MlserveError("checksum_mismatch", reason, {
    where: `file ${quoteName(name)}`,
    hint: "Get the model anew, or pack it again",
  });
}

/** sha256 in lower-case hexadecimal digits. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
