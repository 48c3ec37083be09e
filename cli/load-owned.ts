import type { Model } from "../src/format/model.js";
import type { ServedModel } from "../src/serve/served-model.js";

/** Loads a model whose files are disposed of with it, and also when it cannot be loaded. */
export async function loadOwned(model: Model, load: () => Promise<ServedModel>): Promise<ServedModel> {
  try {
    const served = await load();
    return {
      ...served,
      async [Symbol.asyncDispose]() {
        await served[Symbol.asyncDispose]();
        await model[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await model[Symbol.asyncDispose]();
    throw error;
  }
}
