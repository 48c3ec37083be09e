import { MLMODEL_FILE, parseMlmodel } from "../format/mlmodel.js";
import { editMlmodel } from "../format/mlmodel-writer.js";
import type { RecordedOutput } from "../format/self-test-file.js";
import { formatSignature } from "../format/signature-json.js";
import { inferOutputs } from "./infer-outputs.js";
import type { PreparedModel } from "./prepared-model.js";

/** Completes the signature of a model with what it answered to its example, where nothing else says its outputs. */
export function withOutputs(prepared: PreparedModel, recorded: readonly RecordedOutput[] | undefined): PreparedModel {
  const { model, sources } = prepared;
  const { signature } = model.descriptor;
  const file = sources.find(({ name }) => name === MLMODEL_FILE);
  if (recorded === undefined || signature.outputs !== undefined || file === undefined || !("content" in file))
    return prepared;
  const outputs = inferOutputs(recorded, signature.inputs?.kind === "columns");
  if (outputs === undefined) return prepared;
  const text = Buffer.from(file.content).toString("utf8");
  const content = Buffer.from(editMlmodel(text, [[["signature"], formatSignature({ ...signature, outputs })]]));
  return {
    ...prepared,
    model: { ...model, descriptor: parseMlmodel(content) },
    sources: sources.map((source) => (source === file ? { name: MLMODEL_FILE, content } : source)),
  };
}
