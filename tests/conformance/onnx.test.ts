import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { FIXTURES } from "../support/onnx-folder.js";
import { describeFlavor } from "./flavor.js";

const IRIS = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"];

const iris = (...data: readonly (readonly unknown[])[]) => ({ dataframe_split: { columns: IRIS, data } });

/** One of the images of a batch, all of one value. */
const image = (value: number): readonly unknown[] => Array(3).fill(Array(32).fill(Array(32).fill(value)));

describeFlavor({
  flavor: onnxFlavor,
  badConfigs: [
    { block: { data: 1 }, field: "data" },
    { block: { data: "" }, field: "data" },
    { block: { providers: 5 }, field: "providers" },
    {
      block: { onnx_session_options: { intra_op_num_threads: -1 } },
      field: "onnx_session_options.intra_op_num_threads",
    },
  ],
  models: [
    {
      source: `${FIXTURES}iris_zipmap`,
      needs: ["model.onnx"],
      requests: [
        {
          body: iris([5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8]),
          predictions: [
            {
              output_label: 0,
              output_probability: { 0: 0.9816568493843079, 1: 0.01834314875304699, 2: 1.4395041603165737e-8 },
            },
            {
              output_label: 2,
              output_probability: { 0: 3.090798054472543e-5, 1: 0.08180839568376541, 2: 0.9181606769561768 },
            },
          ],
        },
        { body: iris([4.9, 3, 1.4, 0.2]) },
      ],
      refused: [iris([4.9, 3, 1.4]), { dataframe_split: { columns: ["a"], data: [[1]] } }],
    },
    {
      source: `${FIXTURES}onnx_int64`,
      needs: ["model.onnx"],
      requests: [{ body: { inputs: { x: [1, 2] } }, predictions: [{ y: 1 }, { y: 2 }] }],
    },
    {
      source: `${FIXTURES}cnn_small`,
      needs: ["model.onnx"],
      requests: [{ body: { inputs: [image(0.5), image(-0.25)] } }, { body: { inputs: [image(1)] } }],
      refused: [{ inputs: [[1]] }],
    },
    {
      source: `${FIXTURES}text_tfidf`,
      needs: ["model.onnx"],
      requests: [
        { body: { inputs: { text: [["the cat sat"], ["stock market rose"]] } } },
        { body: '{"inputs": {"text": [["\\u00dcBER dog"]]}}' },
      ],
    },
    {
      source: `${FIXTURES}nosig_multi`,
      needs: ["model.onnx"],
      requests: [
        { body: { inputs: { v: [1.5, 2.5], n: [1, 2] } }, predictions: { sum: [2.5, 4.5], neg: [-1, -2] } },
        { body: { dataframe_split: { columns: ["n", "v"], data: [[1, 1.5]] } }, predictions: [{ sum: 2.5, neg: -1 }] },
      ],
      refused: [{ inputs: { v: [1.5] } }, { inputs: { v: ["a"], n: [1] } }],
    },
    {
      source: `${FIXTURES}onnx_scalar_out`,
      needs: ["model.onnx"],
      requests: [{ body: { inputs: { x: [[1.5]] } }, predictions: { total: 1.5, shape: [1, 1], x_out: [[1.5]] } }],
    },
  ],
});
