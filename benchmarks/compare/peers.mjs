import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ONE_ROW, TURNED_ROWS } from "../http/request.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const MODEL = at("../../tests/fixtures/models/trees100");
const PEERS = at("peers");

/** The same rows for servers that know no names of columns, each in a request of its own: some take no more. */
const [ONE_ARRAY = ""] = toArrays(ONE_ROW);
const OTHER_ARRAYS = toArrays(TURNED_ROWS);

/** @param {string} body with `dataframe_split` @returns {string[]} */
function toArrays(body) {
  const { columns, data } = JSON.parse(body).dataframe_split;
  const order = columns.map((_, i) => columns.indexOf(`f${i}`));
  return data.map((row) => JSON.stringify({ inputs: [order.map((place) => row[place])] }));
}

/** What tells no vendor that a benchmark ran. */
const SILENT = {
  DO_NOT_TRACK: "1",
  BENTOML_DO_NOT_TRACK: "True",
  MLFLOW_DISABLE_TELEMETRY: "true",
  RAY_USAGE_STATS_ENABLED: "0",
};

/**
 * @typedef {object} Start
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} [env]
 * @property {string} [cwd]
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} folder of its requirements.txt and its program
 * @property {string} package whose version is told
 * @property {string} path where it is asked
 * @property {string} row a request of one row
 * @property {string[]} others two other rows
 * @property {(place: { python: string, port: number, folder: string, ports: number[], model: string }) => Start} start
 */

/** @param {string} python @param {string} name */
const tool = (python, name) => join(dirname(python), name);

/** For those that read the arguments of a program of ours. @param {string} file */
const program =
  (file, args = (_port) => []) =>
  ({ python, port, folder }) => ({
    command: python,
    args: [join(PEERS, file), ...args(port)],
    cwd: folder,
  });

/** Every server that mlserve is compared with, one worker and one thread of the runtime each. @type {Peer[]} */
export const ALL_PEERS = [
  {
    name: "MLflow",
    package: "mlflow",
    folder: "mlflow",
    path: "/invocations",
    row: ONE_ROW,
    others: [TURNED_ROWS],
    start: ({ python, port, folder, model }) => ({
      command: tool(python, "mlflow"),
      args: ["models", "serve", "-m", model, "--env-manager", "local", "-h", "127.0.0.1", "-p", String(port)],
      cwd: folder,
    }),
  },
  {
    name: "MLServer",
    package: "mlserver",
    folder: "mlserver",
    path: "/invocations",
    row: ONE_ROW,
    others: [TURNED_ROWS],
    start: ({ python, port, folder, ports, model }) => ({
      command: tool(python, "mlserver"),
      args: ["start", writeMlserverFolder(folder, model, [port, ...ports])],
    }),
  },
  arrays("BentoML", "bentoml", "/invocations", ({ python, port, folder }) => ({
    command: tool(python, "bentoml"),
    args: ["serve", "service:Trees", "--host", "127.0.0.1", "--port", String(port)],
    cwd: join(PEERS, "bentoml"),
    env: { BENTOML_HOME: join(folder, "bentoml") },
  })),
  arrays("LitServe", "litserve", "/invocations", program("litserve/server.py")),
  arrays(
    "mosec",
    "mosec",
    "/inference",
    program("mosec/server.py", (port) => ["--port", String(port), "--address", "127.0.0.1"]),
  ),
  arrays("Ray Serve", "ray", "/", program("ray/server.py")),
];

/** A server that takes rows without names. @returns {Peer} */
function arrays(name, folder, path, start) {
  return { name, package: folder, folder, path, row: ONE_ARRAY, others: OTHER_ARRAYS, start };
}

function writeMlserverFolder(parent, model, [port, grpc, metrics]) {
  const folder = join(parent, "mlserver");
  mkdirSync(folder, { recursive: true });
  const settings = { host: "127.0.0.1", http_port: port, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
  writeFileSync(
    join(folder, "model-settings.json"),
    JSON.stringify({ name: "trees", implementation: "mlserver_mlflow.MLflowRuntime", parameters: { uri: model } }),
  );
  return folder;
}

/** How to start a peer on free ports, and where it will be asked. @param {Peer} peer @param {string} python */
export async function planStart(peer, python, folder, model = MODEL) {
  const [port = 0, ...ports] = await freePorts(3);
  const { env, ...start } = peer.start({ python, port, folder, ports, model });
  return {
    ...start,
    url: `http://127.0.0.1:${port}${peer.path}`,
    env: {
      ...process.env,
      ...SILENT,
      PATH: `${dirname(python)}:${process.env.PATH}`,
      PYTHONPATH: PEERS,
      PYTHONDONTWRITEBYTECODE: "1",
      BENCH_MODEL: join(model, "model.onnx"),
      BENCH_PORT: String(port),
      ...env,
    },
  };
}

/** All at the same time, so that they differ. @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
