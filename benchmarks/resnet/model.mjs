import { numbersFrom, saveModel } from "../models/saved-model.mjs";

const SIDE = 224;
const CLASSES = 1000;
const BASE = 64;
/** Blocks of each stage. */
const STAGES = [3, 4, 6, 3];

/** The shape of an input of one image. */
export const IMAGE = [1, 3, SIDE, SIDE];

/**
 * Writes a network of ResNet-50's shape (98 MB of float32, batch norms folded into the convolutions, weights that stand for
 * nothing), saved as MLflow saves one.
 *
 * @param {string} folder
 */
export function writeResnet(folder) {
  const net = { nodes: [], weights: [], next: numbersFrom(1234) };
  let stem = convolve(net, "image", { from: 3, to: BASE, kernel: 7, stride: 2 });
  stem = add(net, "MaxPool", [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const features = STAGES.reduce(
    ({ name, channels }, blocks, stage) => stageOf(net, { name, channels, blocks, stage }),
    { name: stem, channels: BASE },
  );
  const pooled = add(net, "Flatten", [add(net, "GlobalAveragePool", [features.name])]);
  const weights = weigh(net, "fc", [features.channels, CLASSES], 0.02);
  add(net, "Softmax", [add(net, "Gemm", [pooled, weights, weigh(net, "fc.bias", [CLASSES], 0)])], { axis: 1 }, "probs");
  const graph = {
    name: "resnet50",
    ...net,
    inputs: [{ name: "image", shape: ["batch", ...IMAGE.slice(1)] }],
    outputs: [{ name: "probs", shape: ["batch", CLASSES] }],
  };
  const tensor = (shape, name) => ({ type: "tensor", "tensor-spec": { dtype: "float32", shape }, ...name });
  return saveModel(folder, graph, {
    inputs: [tensor([-1, ...IMAGE.slice(1)])],
    outputs: [tensor([-1, CLASSES], { name: "probs" })],
  });
}

/** Bottlenecks of one width; the first of them halves the image, but in the first stage. */
function stageOf(net, { name, channels, blocks, stage }) {
  const middle = BASE * 2 ** stage;
  const wide = middle * 4;
  let [input, from] = [name, channels];
  for (let block = 0; block < blocks; block++) {
    const stride = stage > 0 && block === 0 ? 2 : 1;
    const around = block === 0 ? convolve(net, input, { from, to: wide, stride, relu: false, gain: 0.7 }) : input;
    const narrow = convolve(net, input, { from, to: middle });
    const seen = convolve(net, narrow, { from: middle, to: middle, kernel: 3, stride });
    const out = convolve(net, seen, { from: middle, to: wide, relu: false, gain: 0.3 });
    input = add(net, "Relu", [add(net, "Add", [out, around])]);
    from = wide;
  }
  return { name: input, channels: from };
}

/** A convolution, with its ReLU unless there is none. @returns {string} the name of its output */
function convolve(net, input, { from, to, kernel = 1, stride = 1, relu = true, gain = 1 }) {
  const fan = from * kernel * kernel;
  // Uniform numbers have a third of the variance that He's rule asks for.
  const weights = weigh(net, `conv${net.nodes.length}`, [to, from, kernel, kernel], gain * Math.sqrt(6 / fan));
  const bias = weigh(net, `${weights}.bias`, [to], 0);
  const pad = kernel >> 1;
  const output = add(net, "Conv", [input, weights, bias], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  });
  return relu ? add(net, "Relu", [output]) : output;
}

function weigh(net, name, shape, scale) {
  const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
  for (let i = 0; i < values.length; i++) values[i] = scale * net.next();
  net.weights.push({ name, shape, values });
  return name;
}

function add(net, op, inputs, attributes = {}, output = `v${net.nodes.length}`) {
  net.nodes.push({ op, inputs, outputs: [output], attributes });
  return output;
}
