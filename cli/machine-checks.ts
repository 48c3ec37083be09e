import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { MlserveError } from "../src/core/errors.js";
import { installedVersion } from "../src/core/installed-version.js";
import { isPatchedNode, UNPATCHED_NODE } from "../src/core/patched-node.js";
import { importRuntime } from "../src/flavors/onnx/runtime.js";
import { makePrivateFolder, removePrivateFolder } from "../src/format/private-folder.js";
import { grantedCores } from "../src/workers/cores.js";
import { formatBytes } from "./text.js";

/** One thing that was looked at. `broken` keeps models from being served; `optional` is missing, and may be. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "optional" | "warning" | "broken";
  readonly found: string;
  /** How to mend it. */
  readonly hint?: string;
}

interface Machine {
  readonly host: string;
  readonly port: number;
  readonly temporaryFolder: string;
}

type Check = (machine: Machine) => Promise<readonly Finding[]>;

const NODE_RANGE = ">=20.19";
const FEW_FILES = 4096;
const LITTLE_SPACE = 1e9;
const LITTLE_MEMORY = 256 * 1024 * 1024;

/** Everything that `mlserve doctor` looks at, in its order. */
export const CHECKS: readonly Check[] = [
  async () => [checkNode(process.versions.node)],
  async () => [checkLibc()],
  checkOnnx,
  async () => OPTIONAL.map(checkOptional),
  async () => [{ name: "processors", state: "ok", found: `${grantedCores()} for this process` }, checkMemory()],
  async () => [checkOpenFiles()],
  checkPort,
  checkTemporaryFolder,
];

export function checkNode(version: string): Finding {
  if (semver.satisfies(version, NODE_RANGE))
    return isPatchedNode(version)
      ? { name: "node", state: "ok", found: version }
      : { name: "node", state: "warning", found: version, hint: UNPATCHED_NODE };
  return {
    name: "node",
    state: "broken",
    found: version,
    hint: `mlserve needs Node ${NODE_RANGE}: https://nodejs.org`,
  };
}

function checkLibc(): Finding {
  if (process.platform !== "linux") return { name: "libc", state: "ok", found: process.platform };
  const report: { header?: { glibcVersionRuntime?: string } } = process.report?.getReport() ?? {};
  const version = report.header?.glibcVersionRuntime;
  if (version !== undefined) return { name: "libc", state: "ok", found: `glibc ${version}` };
  const hint = "onnxruntime-node needs glibc 2.28 or later: use an image of Debian, such as node:22-slim, not Alpine";
  return { name: "libc", state: "broken", found: "not glibc (musl?)", hint };
}

async function checkOnnx(): Promise<Finding[]> {
  const name = "onnxruntime-node";
  try {
    const { version } = await importRuntime();
    return [{ name, state: "ok", found: version }];
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    return [{ name, state: "broken", found: error.reason, ...(error.hint === undefined ? {} : { hint: error.hint }) }];
  }
}

const OPTIONAL = [
  { name: "apache-arrow", use: "Arrow files in predict" },
  { name: "esbuild", use: "packing functions" },
  { name: "autocannon", use: "mlserve bench" },
  { name: "@tensorflow/tfjs-core", use: "TensorFlow.js models" },
  { name: "@tensorflow/tfjs-converter", use: "TensorFlow.js graph models" },
  { name: "@tensorflow/tfjs-layers", use: "TensorFlow.js layers models" },
  { name: "@tensorflow/tfjs-backend-wasm", use: "TensorFlow.js models, fast" },
] as const;

function checkOptional({ name, use }: (typeof OPTIONAL)[number]): Finding {
  const version = installedVersion(name);
  if (version !== undefined) return { name, state: "ok", found: version };
  return { name, state: "optional", found: `not installed: needed for ${use}`, hint: `npm install ${name}` };
}

function checkMemory(): Finding {
  // 0, or more than there is, where nothing limits this process.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const bytes = Math.min(limit, totalmem());
  const found = `${formatBytes(bytes)} for this process`;
  if (bytes >= LITTLE_MEMORY) return { name: "memory", state: "ok", found };
  return {
    name: "memory",
    state: "warning",
    found,
    hint: "Give the container 256 MiB or more, and room for the model",
  };
}

function checkOpenFiles(): Finding {
  const name = "open files";
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readLimits())?.[1];
  if (limit === undefined || limit === "unlimited") return { name, state: "ok", found: limit ?? "unknown here" };
  if (Number(limit) >= FEW_FILES) return { name, state: "ok", found: `up to ${limit}` };
  return { name, state: "warning", found: `up to ${limit}`, hint: "Each connection takes one: ulimit -n 65536" };
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    // Not Linux.
    return "";
  }
}

function checkPort({ host, port }: Machine): Promise<Finding[]> {
  const name = `port ${port}`;
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      const code = "code" in error ? String(error.code) : "unknown";
      const found = code === "EADDRINUSE" ? "in use" : `cannot be opened (${code})`;
      resolve([{ name, state: "warning", found, hint: "Choose another with --port; --port 0 takes a free one" }]);
    });
    server.listen(port, host, () => server.close(() => resolve([{ name, state: "ok", found: "free" }])));
  });
}

async function checkTemporaryFolder({ temporaryFolder }: Machine): Promise<Finding[]> {
  const name = "temporary folder";
  const hint = "Name another folder with TMPDIR";
  try {
    tryToWrite(temporaryFolder);
    const { bavail, bsize } = await statfs(temporaryFolder);
    const free = bavail * bsize;
    const found = `${formatBytes(free)} free`;
    return [free < LITTLE_SPACE ? { name, state: "warning", found, hint } : { name, state: "ok", found }];
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return [{ name, state: "broken", found: `cannot be written${code}`, hint }];
  }
}

function tryToWrite(temporaryFolder: string): void {
  const folder = makePrivateFolder(temporaryFolder);
  try {
    writeFileSync(join(folder, "probe"), "probe");
    rmSync(join(folder, "probe"));
  } finally {
    removePrivateFolder(folder);
  }
}
