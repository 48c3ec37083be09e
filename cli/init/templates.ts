import type { OptionValues } from "../../src/config/option.js";
import type { INIT_OPTIONS } from "../../src/config/options.js";

export type TemplateName = OptionValues<typeof INIT_OPTIONS>["template"];

/** What a project that is made from a template says in its package.json; its other files are in templates/. */
export interface Template {
  readonly summary: string;
  /** What its scripts pack, test and serve. */
  readonly model: string;
  /** The script `test`. */
  readonly test: string;
  /** Packages besides mlserve, with the versions that mlserve itself is tested with. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Files that go into the package of the model beside its code; undefined where no list says so. */
  readonly files?: readonly string[];
}

export const TEMPLATES = {
  function: {
    summary: "a function in TypeScript",
    model: "predict.ts",
    test: "node --test test/predict.test.mjs",
    dependencies: { zod: "^4.6.7" },
    files: [],
  },
  onnx: {
    summary: "an ONNX model, from scikit-learn, say",
    model: "model.onnx",
    test: "mlserve test model.onnx",
    dependencies: {},
  },
  tfjs: {
    summary: "a TensorFlow.js model",
    model: "model",
    test: "mlserve test model",
    dependencies: {
      "@tensorflow/tfjs-backend-cpu": "4.22.0",
      "@tensorflow/tfjs-backend-wasm": "4.22.0",
      "@tensorflow/tfjs-converter": "4.22.0",
      "@tensorflow/tfjs-core": "4.22.0",
      "@tensorflow/tfjs-layers": "4.22.0",
    },
  },
} as const satisfies Record<TemplateName, Template>;
