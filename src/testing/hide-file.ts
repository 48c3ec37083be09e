import { MlserveError, quoteName } from "../core/errors.js";
import type { Model } from "../format/model.js";

/** The same model without one of its files. */
export function hideFile(model: Model, hidden: string): Model {
  const { files } = model;
  const requireShown = (name: string): string => {
    if (name !== hidden) return name;
    throw new MlserveError("invalid_package", "is not among the model's files", { where: `file ${quoteName(name)}` });
  };
  return {
    ...model,
    files: {
      names: files.names.filter((name) => name !== hidden),
      has: (name) => name !== hidden && files.has(name),
      size: (name) => files.size(requireShown(name)),
      path: (name) => files.path(requireShown(name)),
      read: async (name) => files.read(requireShown(name)),
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
