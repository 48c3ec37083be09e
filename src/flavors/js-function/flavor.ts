import { defineFlavor } from "../flavor.js";
import { FUNCTION_FLAVOR, type FunctionConfig, functionConfig } from "./config.js";

// Whoever serves another flavor does not pay for this one.
const code = () => import("./load.js");

/** A function in JavaScript: whatever can be written so is a model. See docs/js-function.md. */
export const functionFlavor = defineFlavor<FunctionConfig>({
  name: FUNCTION_FLAVOR,
  config: functionConfig,
  looksFor: "a function in JavaScript or TypeScript",
  checksOutputs: true,
  load: async (...given) => (await code()).load(...given),
  check: async (...given) => (await code()).check(...given),
  checkCode: async (...given) => (await code()).checkCode(...given),
});
