import { option } from "./option.js";
import { choice } from "./value-types.js";

/** How values are read and written. */
export const VALUE_OPTIONS = {
  coercion: option(choice(["safe", "mlflow"], "MODE"), {
    group: "Values",
    help: "how values are read: as mlflow does, or safe, which refuses what mlflow damages silently",
    default: "safe",
  }),
  nonfinite: option(choice(["null", "string"], "FORM"), {
    group: "Values",
    help: "how NaN and the infinities of predictions are written: null or string",
    default: "null",
  }),
  float32: option(choice(["shortest", "widened"], "DIGITS"), {
    group: "Values",
    help: "digits of float32 predictions: shortest (0.1), or widened (0.10000000149011612) as in MLflow",
    default: "shortest",
  }),
} as const;
