import { defineFlavor } from "../flavor.js";
import { type TfjsConfig, tfjsConfig } from "./config.js";

// Whoever serves another flavor does not pay for this one.
const code = () => import("./load.js");

/** TensorFlow.js models, graph and layers, as tensorflowjs_converter and TensorFlow.js itself save them. */
export const tfjsFlavor = defineFlavor<TfjsConfig>({
  name: "tfjs",
  config: tfjsConfig,
  runtimePackage: "@tensorflow/tfjs-core",
  looksFor: "a TensorFlow.js model.json",
  load: async (...given) => (await code()).load(...given),
  check: async (...given) => (await code()).check(...given),
  checkSignature: async (...given) => (await code()).checkSignature(...given),
  describe: async (...given) => (await code()).describe(...given),
});
