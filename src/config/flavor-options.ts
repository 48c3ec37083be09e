import { option } from "./option.js";
import { listOf, text } from "./value-types.js";

/** Which flavors there are, and which of a model's to use. */
export const FLAVOR_OPTIONS = {
  flavor: option(listOf(text("FILE")), {
    group: "Model",
    runsCode: true,
    help: "an ES module with flavors of your own, such as ./mine.js",
  }),
  useFlavor: option(text("NAME"), {
    group: "Model",
    help: "which of the model's flavors to use; unset: your own before the built-in ones, in order",
  }),
} as const;
