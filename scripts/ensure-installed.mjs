import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, runNpm } from "./processes.mjs";

/** Installs what package-lock.json asks for, unless it is there. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log("mlserve: installing packages (npm ci)");
  const code = await runNpm(["ci", "--no-audit", "--no-fund"]);
  if (code !== 0) throw new Failure("npm ci failed: see its messages above");
}

/** Compares the lock file with the one that npm leaves in node_modules when, and only when, it has finished. */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages(join("node_modules", ".package-lock.json"));
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
