import { functionFlavor } from "../../src/flavors/js-function/flavor.js";
import { FIXTURES } from "../support/onnx-folder.js";
import { describeFlavor } from "./flavor.js";

const needs = ["predict.mjs"];

describeFlavor({
  flavor: functionFlavor,
  badConfigs: [
    { block: {}, field: "module" },
    { block: { module: 1 }, field: "module" },
    { block: { module: "predict.mjs", concurrency: 0 }, field: "concurrency" },
    { block: { module: "predict.mjs", batchable: "yes" }, field: "batchable" },
    { block: { module: "predict.mjs", config: [] }, field: "config" },
  ],
  models: [
    {
      source: `${FIXTURES}py_sum`,
      needs,
      requests: [
        { body: { dataframe_split: { columns: ["a", "b"], data: [[1, 2]] } }, predictions: [{ 0: 3 }] },
        {
          body: {
            dataframe_records: [
              { a: 1.5, b: 2 },
              { a: 0, b: 0 },
            ],
          },
          predictions: [{ 0: 3.5 }, { 0: 0 }],
        },
      ],
      refused: [{ dataframe_records: [{ a: 1 }] }],
    },
    {
      source: `${FIXTURES}py_tensor`,
      needs,
      requests: [
        {
          body: {
            inputs: [
              [
                [1, 2],
                [3, 4],
              ],
            ],
          },
          predictions: [
            [
              [2, 4],
              [6, 8],
            ],
          ],
        },
      ],
      refused: [{ inputs: [[1]] }],
    },
    {
      source: `${FIXTURES}py_prompt`,
      needs,
      requests: [
        {
          body: { prompt: "abc", max_tokens: 3 },
          predictions: { choices: [{ text: "cba" }], params: { max_tokens: 3 } },
        },
      ],
      refused: [{ prompt: 1 }],
    },
    {
      source: `${FIXTURES}py_types`,
      needs,
      requests: [
        {
          body: {
            dataframe_records: [
              { bo: true, i: 1, l: 2, f: 0.5, d: 0.25, s: "x", bi: "aGk=", dt: "2026-01-02T03:04:05" },
            ],
          },
        },
      ],
    },
  ],
});
