/*
 * Trains the model of this folder: which of three spirals does a point lie on? Run it with node; it needs the packages
 * of TensorFlow.js that mlserve names when they are missing. What it learns is the same on every run.
 */
import { writeFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";

const SPIRALS = 3;
const POINTS = 100;

await tf.setBackend("cpu");
tf.enableProdMode();

const points = [];
const spirals = [];
for (let spiral = 0; spiral < SPIRALS; spiral++) {
  for (let i = 0; i < POINTS; i++) {
    const radius = i / POINTS;
    const angle = radius * 4 + (spiral * 2 * Math.PI) / SPIRALS;
    points.push([radius * Math.sin(angle), radius * Math.cos(angle)]);
    spirals.push(spiral);
  }
}

const random = (seed) => layers.initializers.glorotUniform({ seed });
const model = layers.sequential({
  name: "spirals",
  layers: [
    layers.layers.inputLayer({ name: "point", inputShape: [2] }),
    layers.layers.dense({ name: "hidden_1", units: 24, activation: "tanh", kernelInitializer: random(1) }),
    layers.layers.dense({ name: "hidden_2", units: 16, activation: "tanh", kernelInitializer: random(2) }),
    layers.layers.dense({ name: "spiral", units: SPIRALS, activation: "softmax", kernelInitializer: random(3) }),
  ],
});
const x = tf.tensor2d(points);
const y = tf.oneHot(tf.tensor1d(spirals, "int32"), SPIRALS);
const optimizer = tf.train.adam(0.01);
const batch = points.length;
model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
const { history } = await model.fit(x, y, { epochs: 600, batchSize: batch, shuffle: false, verbose: 0 });
console.log(`accuracy ${history.acc.at(-1)}`);

await model.save({
  async save({ modelTopology, weightSpecs, weightData }) {
    const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    const json = { format: "layers-model", modelTopology, weightsManifest };
    writeFileSync(new URL("web_model/model.json", import.meta.url), `${JSON.stringify(json)}\n`);
    writeFileSync(new URL("web_model/weights.bin", import.meta.url), new Uint8Array(weightData));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  },
});
