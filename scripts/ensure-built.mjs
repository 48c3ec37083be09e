import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bundlePackage } from "./bundle-package.mjs";
import { bundleRuntime } from "./bundle-runtime.mjs";
import { packagesOf, spellLicenses } from "./bundled-licenses.mjs";
import { Failure, ROOT, runNode } from "./processes.mjs";

const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".stamp");
const SOURCES = [
  ...["src", "cli", "bundle", "scripts/bundle-package.mjs", "scripts/bundle-runtime.mjs", "scripts/bundler.mjs"],
  ...["scripts/bundled-licenses.mjs", "tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"],
];

/** Builds when a source has changed since the last time; `force` compiles in any case. */
export async function ensureBuilt({ force = false } = {}) {
  const stamp = hashFiles(SOURCES.map((source) => join(ROOT, source)));
  if (!force && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp) return;
  console.log("mlserve: building");
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const fresh = mkdtempSync(join(ROOT, ".cache", "build-"));
  try {
    await writeTypes(fresh);
    const files = [...(await bundlePackage(fresh)), ...(await bundleRuntime(fresh))];
    writeFileSync(join(fresh, "licenses.txt"), spellLicenses(packagesOf(files)));
    chmodSync(join(fresh, "cli", "main.js"), 0o755);
    writeFileSync(join(fresh, ".stamp"), stamp);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(fresh, DIST);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Checks the types on the way. */
async function writeTypes(folder) {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const code = await runNode([compiler, "-p", "tsconfig.build.json", "--outDir", folder]);
  if (code !== 0) throw new Failure("the build failed: see the compiler's messages above");
}

/** One digest over the names and contents of files and folders. */
export function hashFiles(places) {
  const hash = createHash("sha256");
  for (const file of places.flatMap(listFiles))
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function listFiles(place) {
  if (!existsSync(place)) return [];
  try {
    return readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error.code === "ENOTDIR") return [place];
    throw error;
  }
}
