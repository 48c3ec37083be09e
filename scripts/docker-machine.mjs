import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ensureNode } from "./other-versions.mjs";
import { Failure, ROOT, runProgram } from "./processes.mjs";

/** The programs that the suite runs, by the packages of Debian that have them. */
const PROGRAMS = {
  dockerd: "docker.io",
  docker: "docker.io",
  "docker-registry": "docker-registry",
  skopeo: "skopeo",
  umoci: "umoci",
  htpasswd: "apache2-utils",
  buildah: "buildah",
};

/** What the base image of the tests is called. */
const BASE_IMAGE = "mlserve-test/node:22";

const STARTS_WITHIN_MS = 60_000;

/**
 * Starts a docker daemon of its own, which shares nothing with one that runs already and reaches no network, and gives
 * it a base image that is made of this machine's libraries and Node 22.
 *
 * Gives the variables that tests need, and what ends it all; or `missing`, which says why there can be none here.
 */
export async function openDocker() {
  const missing = await installPrograms();
  if (missing !== undefined) return { missing };
  const node = await ensureNode("22");
  if (node === undefined) return { missing: "npm has no Node 22 for this system" };
  // Short: its sockets have names of at most 107 characters.
  const folder = mkdtempSync(join(tmpdir(), "mlserve-docker-"));
  const daemon = startDaemon(folder);
  const env = { DOCKER_HOST: daemon.host, MLSERVE_TEST_BASE_IMAGE: BASE_IMAGE, MLSERVE_TEST_BASE_TAR: baseTar(node) };
  try {
    const failure = await daemon.ready();
    if (failure !== undefined) return { missing: failure };
    await importBase(env);
    return { env, close: daemon.close };
  } catch (error) {
    await daemon.close();
    throw error;
  }
}

/** Says why the programs cannot be had, where they cannot. */
async function installPrograms() {
  const absent = [...new Set(Object.entries(PROGRAMS).flatMap(([program, name]) => (isThere(program) ? [] : [name])))];
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "it needs root on Linux";
  if (absent.length === 0) return undefined;
  if (!isThere("apt-get")) return `${absent.join(", ")} not found, and no apt-get to install them with`;
  console.log(`mlserve: installing ${absent.join(", ")} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const wait = ["-o", "DPkg::Lock::Timeout=300", "-qq"];
  const install = ["install", "-y", "--no-install-recommends", ...absent];
  const quiet = { env, stdio: ["ignore", "ignore", "inherit"] };
  await runProgram("apt-get", [...wait, "update"], quiet);
  if ((await runProgram("apt-get", [...wait, ...install], quiet)) === 0) return undefined;
  return `apt-get could not install ${absent.join(", ")}`;
}

function isThere(program) {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

function startDaemon(folder) {
  const host = `unix://${join(folder, "sock")}`;
  const log = join(folder, "log");
  const places = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "-p", join(folder, "pid")];
  // Containers of the tests have no network, so that it leaves the machine's as it is.
  const network = ["--bridge=none", "--iptables=false", "--ip6tables=false"];
  const output = openSync(log, "a");
  const child = spawn("dockerd", [...places, ...network, "-H", host], {
    stdio: ["ignore", output, output],
    // Ctrl-C is for the tests, whose containers it would take away before they end.
    detached: true,
  });
  const ended = once(child, "close");
  const stop = () => child.kill();
  process.once("exit", stop);
  return {
    host,
    async ready() {
      const end = Date.now() + STARTS_WITHIN_MS;
      while (child.exitCode === null && Date.now() < end) {
        if (docker(["version"], host).status === 0) return undefined;
        await setTimeout(100);
      }
      const said = readFileSync(log, "utf8").trim().split("\n").at(-1);
      await this.close();
      return `dockerd does not start here: ${said}`;
    },
    async close() {
      process.off("exit", stop);
      stop();
      if (child.exitCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function docker(args, host) {
  return spawnSync("docker", args, { encoding: "utf8", env: { ...process.env, DOCKER_HOST: host } });
}

async function importBase({ DOCKER_HOST, MLSERVE_TEST_BASE_TAR }) {
  const { status, stderr } = docker(
    ["import", "--change", "ENV PATH=/usr/bin", MLSERVE_TEST_BASE_TAR, BASE_IMAGE],
    DOCKER_HOST,
  );
  if (status !== 0) throw new Failure(`the base image of the tests was not imported: ${stderr.trim()}`);
}

/** The files of the base image in a tar, made once: Node, the libraries that it and onnxruntime need, and no shell. */
function baseTar(node) {
  const target = join(ROOT, ".cache", "docker", `base-node22-${process.arch}.tar`);
  if (existsSync(target)) return target;
  console.log("mlserve: making the base image of the tests");
  const folder = mkdtempSync(join(tmpdir(), "mlserve-base-"));
  try {
    for (const name of ["usr/bin", "tmp", "etc", "proc", "sys", "dev"])
      mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, "tmp"), 0o1777);
    copyFileSync(node, join(folder, "usr/bin/node"));
    writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/:/bin/false\n");
    for (const library of librariesOf(node)) {
      mkdirSync(join(folder, dirname(library)), { recursive: true });
      copyFileSync(library, join(folder, library));
    }
    mkdirSync(dirname(target), { recursive: true });
    const { status } = spawnSync("tar", ["-C", folder, "-cf", `${target}.part`, "."]);
    if (status !== 0) throw new Failure("tar could not write the base image of the tests");
    renameSync(`${target}.part`, target);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By their absolute paths, with what loads them. onnxruntime needs one that Node does not: librt. */
function librariesOf(program) {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  const found = Array.from(stdout.matchAll(/(\/\S+) \(0x/g), ([, path]) => path);
  const threads = found.find((path) => basename(path).startsWith("libpthread."));
  return threads === undefined ? found : [...found, join(dirname(threads), "librt.so.1")];
}
