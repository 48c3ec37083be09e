/**
 * How long does it take to make an image of a model, and how large is what mlserve adds to its base?
 *
 *   node benchmarks/images/run.mjs [--rounds 5] [--out benchmarks/results/images.json]
 *
 * Needs `npm run build`, and no network: the base is an archive with this Node in it. Beside it stand the Python packages
 * that an image of MLflow installs for the same model, where they are in .cache (`npm run bench:compare` puts them there).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePython } from "../../scripts/python-environment.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { CLI, openRunFolder } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MODELS = [
  { name: "ONNX", model: () => at("examples/iris/model"), limit: 70e6 },
  { name: "TensorFlow.js", model: () => at("examples/tfjs/web_model"), limit: 40e6 },
  { name: "function", model: writeFunction, limit: 15e6 },
];
/** Of the smallest model, without its base. */
const WANTED_SECONDS = 5;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    out: { type: "string", default: at("benchmarks/results/images.json") },
  },
});

/** An image as `docker save` writes it, of Node alone. @param {string} folder */
function writeBase(folder) {
  const files = join(folder, "base");
  mkdirSync(join(files, "usr/local/bin"), { recursive: true });
  copyFileSync(process.execPath, join(files, "usr/local/bin/node"));
  const parts = join(folder, "parts");
  mkdirSync(parts);
  execFileSync("tar", ["-C", files, "-cf", join(parts, "layer.tar"), "."]);
  const digest = createHash("sha256")
    .update(readFileSync(join(parts, "layer.tar")))
    .digest("hex");
  const environment = ["PATH=/usr/local/bin", `NODE_VERSION=${process.versions.node}`];
  const config = {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: { Env: environment },
    rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
  };
  writeFileSync(join(parts, "config.json"), JSON.stringify(config));
  const manifest = [{ Config: "config.json", RepoTags: ["node:bench"], Layers: ["layer.tar"] }];
  writeFileSync(join(parts, "manifest.json"), JSON.stringify(manifest));
  const archive = join(folder, "node.tar");
  execFileSync("tar", ["-C", parts, "-cf", archive, "manifest.json", "config.json", "layer.tar"]);
  return archive;
}

/** One that needs nothing but itself. @param {string} folder */
function writeFunction(folder) {
  const source = join(folder, "function");
  mkdirSync(source);
  writeFileSync(join(source, "predict.mjs"), "export default () => [1];\n");
  return join(source, "predict.mjs");
}

/** @param {readonly string[]} args @returns {any} */
function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args, "--json"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`mlserve ${args[0]}: ${stderr}`);
  return JSON.parse(stdout);
}

/** @param {(typeof MODELS)[number]} what @param {string} folder @param {string} base */
function measure({ name, model, limit }, folder, base) {
  const packed = join(folder, `${name}.tar`);
  run(["pack", model(folder), "-o", packed]);
  const context = join(folder, "context");
  const { layers } = run(["build-docker", packed, "--context", context]);
  rmSync(context, { recursive: true });
  const runtimeBytes = layers.find(({ title }) => title === "runtime").bytes;
  const modelBytes = layers.find(({ title }) => title === "model").bytes;
  const image = join(folder, "image.tar");
  const digests = new Set();
  const seconds = Array.from({ length: Number(values.rounds) }, () => {
    rmSync(image, { force: true });
    const started = performance.now();
    run(["build-image", packed, "-o", image, "--base-image", `docker-archive:${base}`]);
    const took = (performance.now() - started) / 1000;
    digests.add(createHash("sha256").update(readFileSync(image)).digest("hex"));
    return took;
  }).sort((a, b) => a - b);
  if (digests.size !== 1) throw new Error(`${name}: ${digests.size} images of the same model differ`);
  console.error(name);
  const imageBytes = statSync(image).size - statSync(base).size;
  return { name, limit, runtimeBytes, modelBytes, imageBytes, seconds: seconds[seconds.length >> 1] };
}

/** What an image of MLflow has besides Python. */
async function mlflowBytes() {
  const requirements = at("benchmarks/compare/peers/mlflow/requirements.txt");
  const python = await ensurePython(requirements).catch(() => undefined);
  if (python === undefined || !existsSync(python)) return undefined;
  const text = execFileSync("du", ["-sb", join(dirname(dirname(python)), "lib")], { encoding: "utf8" });
  return Number(text.split("\t")[0]);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const COLUMNS = {
  model: (row) => row.name,
  "added to the base": (row) => megabytes(row.runtimeBytes),
  wanted: (row) => (row.limit === undefined ? "" : `at most ${row.limit / 1e6} MB`),
  "compressed, as it is sent": (row) => (row.imageBytes === undefined ? "" : megabytes(row.imageBytes)),
  "build-image, median s": (row) => row.seconds?.toFixed(2) ?? "",
};

const folder = openRunFolder();
const machine = describeMachine();
const base = writeBase(folder);
const rows = MODELS.map((model) => measure(model, folder, base));
const python = await mlflowBytes();
const peers = python === undefined ? [] : [{ name: "MLflow: Python packages of the ONNX model", runtimeBytes: python }];
const result = { benchmark: "images", machine, rows, wantedSeconds: WANTED_SECONDS, mlflowBytes: python ?? null };
await saveResult(values.out, result, [markdownTable(COLUMNS, [...rows, ...peers])]);
