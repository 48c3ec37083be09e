import { posix } from "node:path";
import type { Model } from "../format/model.js";

/** What tells a file that a function may open, by the flavor that would run it. */
const OPENED: Readonly<Record<string, (model: Model) => Promise<boolean>>> = {
  onnx: async ({ files }) => files.names.some((name) => posix.extname(name).toLowerCase() === ".onnx"),
  tfjs: hasTensorflowModel,
};

/** The flavors whose runtimes a model needs: its own, and those of models that lie beside a function. */
export async function imageFlavors(model: Model, flavor: string): Promise<string[]> {
  const names = [flavor];
  if (flavor !== "js_function") return names;
  for (const [name, isThere] of Object.entries(OPENED)) if (await isThere(model)) names.push(name);
  return names;
}

/** A `model.json`, whatever it is called, lists its weights. */
async function hasTensorflowModel({ files }: Model): Promise<boolean> {
  const names = files.names.filter((name) => name.endsWith(".json") && files.size(name) < 256 * 1024 * 1024);
  for (const name of names) if (Buffer.from(await files.read(name)).includes('"weightsManifest"')) return true;
  return false;
}
