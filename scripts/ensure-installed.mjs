import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, runNpm } from "./processes.mjs";

/**
 * Installs what the package-lock.json of a folder asks for, unless it is there: of the project, or of `tools`, which
 * has the tools that need a compiler API that TypeScript 7 does not have, and a TypeScript that has it.
 */
export async function ensureInstalled(folder = "") {
  if (isInstalled(folder)) return;
  console.log(`mlserve: installing packages${folder === "" ? "" : ` of ${folder}`} (npm ci)`);
  const code = await runNpm(["ci", "--no-audit", "--no-fund"], { cwd: join(ROOT, folder) });
  if (code !== 0) throw new Failure("npm ci failed: see its messages above");
}

/** Compares the lock file with the one that npm leaves in node_modules when, and only when, it has finished. */
function isInstalled(folder) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  const present = readPackages(join(folder, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  const complete = Object.entries(wanted).every(
    ([place, { version, optional }]) => place === "" || optional === true || present[place]?.version === version,
  );
  // A folder that came from another system holds that system's libraries.
  return complete && Object.values(present).every(isForThisSystem);
}

function isForThisSystem({ os, cpu }) {
  return allows(os, process.platform) && allows(cpu, process.arch);
}

function allows(list, value) {
  if (list === undefined) return true;
  return list.includes(value) || (list.every((entry) => entry.startsWith("!")) && !list.includes(`!${value}`));
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}
