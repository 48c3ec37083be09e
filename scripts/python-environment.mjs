import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, runProgram } from "./processes.mjs";

const COMMANDS = ["python3", "python"];
/** The oldest minor version of Python 3 that the pinned packages run on. */
const OLDEST_MINOR = 11;

/**
 * The Python of a virtual environment that holds what the file asks for, made in .cache when it is not there; undefined
 * where the system has no Python that could make one.
 */
export async function ensurePython(requirements) {
  const system = findPython();
  if (system === undefined) return undefined;
  const key = createHash("sha256").update(readFileSync(requirements)).update(system.version).digest("hex");
  const folder = join(ROOT, ".cache", `python-${key.slice(0, 12)}`);
  const finished = join(folder, "finished");
  const python = join(folder, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  if (existsSync(finished)) return python;
  console.log(`mlserve: installing Python packages into .cache (a minute or two)`);
  // What an earlier run left half done.
  rmSync(folder, { recursive: true, force: true });
  await run(system.command, ["-m", "venv", folder], "the virtual environment was not made: is python3-venv installed?");
  await run(
    python,
    ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", "-r", requirements],
    "the Python packages were not installed: see pip's messages above",
  );
  writeFileSync(finished, "");
  return python;
}

async function run(command, args, failure) {
  if ((await runProgram(command, args)) !== 0) throw new Failure(failure);
}

function findPython() {
  return COMMANDS.map((command) => ({ command, version: versionOf(command) })).find(({ version }) => {
    const [major, minor] = (version ?? "").split(".").map(Number);
    return major === 3 && minor >= OLDEST_MINOR;
  });
}

function versionOf(command) {
  const { status, stdout } = spawnSync(command, ["-c", "import platform; print(platform.python_version())"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}
