import type { OnProgress } from "../src/core/progress.js";
import { MLMODEL_FILE } from "../src/format/mlmodel.js";
import type { Model } from "../src/format/model.js";
import { digestFiles } from "./file-digests.js";
import { toSignatureFields } from "./signature-fields.js";
import { formatBytes, toJson } from "./text.js";

/** What can be said of a model in one line, to compare it with another's. */
export interface Fact {
  readonly part: "flavors" | "signature" | "metadata" | "files";
  readonly name: string;
  /** What is compared. */
  readonly value: string;
  /** What is shown. */
  readonly text: string;
}

/** Told by the other facts, or made from them. */
const FILES_TOLD: readonly string[] = [MLMODEL_FILE, "SHA256SUMS", "SHA256SUMS.sig"];

/** All facts of a model, in the order in which they are told. */
export async function factsOf({ descriptor, files }: Model, onProgress: OnProgress): Promise<Fact[]> {
  const digests = await digestFiles(files, onProgress);
  return [
    ...Array.from(descriptor.flavors, ([name, config]) => toFact("flavors", name, config)),
    ...signatureFacts(toSignatureFields(descriptor.signature)),
    ...Object.entries(descriptor.metadata ?? {}).map(([key, value]) => toFact("metadata", key, value)),
    ...digests
      .filter(({ name }) => !FILES_TOLD.includes(name))
      .map(({ name, bytes, sha256 }): Fact => {
        const text = `${formatBytes(bytes)}, sha256 ${sha256.slice(0, 12)}`;
        return { part: "files", name, value: sha256, text };
      }),
  ];
}

function toFact(part: Fact["part"], name: string, value: unknown): Fact {
  const text = toJson(value);
  return { part, name, value: text, text };
}

/** Columns and tensors by their names, or by where they stand. */
function signatureFacts(signature: Readonly<Record<string, unknown>>): Fact[] {
  return Object.entries(signature).flatMap(([side, entries]) => {
    if (!Array.isArray(entries)) return entries === null ? [] : [toFact("signature", side, entries)];
    return entries.map((entry: unknown, i) => toFact("signature", `${side} ${nameOf(entry) ?? i}`, entry));
  });
}

function nameOf(entry: unknown): string | undefined {
  const named = typeof entry === "object" && entry !== null && "name" in entry;
  return named && typeof entry.name === "string" ? entry.name : undefined;
}
