/*
 * What becomes `dist/runtime-tfjs.mjs`: the packages of TensorFlow.js in one file, each run when it is first asked for.
 */

export const core = () => import("@tensorflow/tfjs-core");
export const converter = () => import("@tensorflow/tfjs-converter");
export const layers = () => import("@tensorflow/tfjs-layers");
export const wasm = () => import("@tensorflow/tfjs-backend-wasm");
export const cpu = () => import("@tensorflow/tfjs-backend-cpu");
