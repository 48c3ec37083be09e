import { functionFlavor } from "../../src/flavors/js-function/flavor.js";
import { FIXTURES } from "../support/onnx-folder.js";
import { describeFlavor } from "./flavor.js";

const matrix = (value: number): readonly (readonly number[])[] => [
  [value, value],
  [0, value],
];

describeFlavor({
  flavor: functionFlavor,
  badConfigs: [
    { block: { module: 1 }, field: "module" },
    { block: { module: "predict.mjs", concurrency: 0 }, field: "concurrency" },
  ],
  models: [
    {
      source: `${FIXTURES}py_sum`,
      needs: ["predict.mjs"],
      requests: [
        {
          body: {
            dataframe_split: {
              columns: ["a", "b"],
              data: [
                [1.5, 2.5],
                [1, 2],
              ],
            },
          },
          predictions: [{ 0: 4 }, { 0: 3 }],
        },
        { body: { dataframe_records: [{ a: 0, b: 1 }] }, predictions: [{ 0: 1 }] },
      ],
      refused: [{ dataframe_split: { columns: ["a"], data: [[1]] } }],
    },
    {
      source: `${FIXTURES}py_tensor`,
      needs: ["predict.mjs"],
      requests: [
        {
          body: { inputs: [matrix(1.5), matrix(-1)] },
          predictions: [matrix(3), matrix(-2).map((row) => row.map((x) => x || 0))],
        },
      ],
      refused: [{ inputs: [[1]] }],
    },
  ],
});
