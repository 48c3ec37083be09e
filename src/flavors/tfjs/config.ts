import { z } from "zod";

/** What a model can be run with, fastest first: native TensorFlow, WebAssembly, plain JavaScript. */
export const BACKENDS = ["tensorflow", "wasm", "cpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** The `tfjs` block of an MLmodel file. MLflow has no such flavor: Python's mlflow passes over it. */
export const tfjsConfig = z.looseObject({
  /** The model.json that tensorflowjs_converter or TensorFlow.js wrote; its weights lie beside it. */
  model: z.string().min(1).default("model.json"),
  /** Run it with this backend and no other; by default the fastest that has all the model's operators. */
  backend: z.enum(BACKENDS).nullish(),
  /** false where rows of different requests may not share a run. */
  batchable: z.boolean().nullish(),
});

export type TfjsConfig = z.output<typeof tfjsConfig>;
