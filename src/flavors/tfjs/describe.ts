import { MlserveError, quoteName } from "../../core/errors.js";
import type { ModelFiles } from "../../format/model.js";
import type { Schema, Signature, TensorSpec } from "../../format/signature.js";
import type { DescribedModel, DescribeRequest } from "../flavor.js";
import type { TfInput, TfOutput } from "./graph.js";
import type { WeightGroup } from "./weights.js";

/**
 * The file that was named, the model.json of a folder, or the only JSON file in it that holds a model; undefined when
 * there is none.
 *
 * Throws `usage` when there are several, or when it lies in a folder below.
 */
export async function findModelJson(files: ModelFiles, { file }: DescribeRequest = {}): Promise<string | undefined> {
  if (file !== undefined) return (await isModelJson(files, file)) ? file : undefined;
  if (files.has(USUAL_NAME) && (await isModelJson(files, USUAL_NAME))) return USUAL_NAME;
  const below = files.names.find((name) => name.endsWith(`/${USUAL_NAME}`));
  const found: string[] = [];
  for (const name of files.names) if (await isModelJson(files, name)) found.push(name);
  if (found.length > 1) {
    const names = found.slice(0, 5).map(quoteName).join(", ");
    throw new MlserveError("usage", `there are ${found.length} TensorFlow.js models here: ${names}`, {
      hint: "Name the one to pack",
    });
  }
  if (found.length === 0 && below !== undefined)
    throw new MlserveError("usage", `the TensorFlow.js model ${quoteName(below)} lies in a subfolder`, {
      hint: "Name that folder to pack it",
    });
  return found[0];
}

const USUAL_NAME = "model.json";

/**
 * One of the keys stands in its text, near enough: reading it as a model tells what is wrong with it. Other libraries
 * save a model.json too.
 */
async function isModelJson(files: ModelFiles, name: string): Promise<boolean> {
  if (!/^[^/]*\.json$/i.test(name)) return false;
  const text = Buffer.from(await files.read(name));
  return text.includes('"modelTopology"') || text.includes('"weightsManifest"');
}

/** The block of the flavor, and the signature that the model itself says. */
export function describeTfModel(
  file: string,
  weights: readonly WeightGroup[],
  { inputs, outputs }: { readonly inputs: readonly TfInput[]; readonly outputs: readonly TfOutput[] },
): DescribedModel {
  const signature: Signature = {
    inputs: toSchema(inputs.map(({ declared, ...rest }) => ({ ...rest, dtype: declared }))),
    outputs: toSchema(outputs),
    params: undefined,
  };
  return {
    flavors: { tfjs: { model: file } },
    signature,
    files: [...new Set([file, ...weights.flatMap((group) => group.files)])],
  };
}

interface Described {
  readonly name: string;
  readonly dtype: TensorSpec["dtype"] | undefined;
  readonly shape: TfOutput["shape"];
}

/** undefined when any of them is of a type or rank that the model does not say. */
function toSchema(described: readonly Described[]): Schema | undefined {
  const tensors = described.flatMap(({ name, dtype, shape }): TensorSpec[] =>
    dtype === undefined || shape === undefined
      ? []
      : [{ name, dtype, shape: shape.map((size) => (typeof size === "number" ? size : -1)) }],
  );
  return tensors.length === described.length ? { kind: "tensors", tensors } : undefined;
}
