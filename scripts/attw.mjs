/*
 * npm run attw: looks at the packed package as TypeScript sees it, every entry point in every way of resolving modules.
 *
 * The profile is that of packages of ES modules alone: it lets pass what `require` of TypeScript's oldest ways cannot see
 * (`node10`, which knows no `exports`, and `node16` in CommonJS, where Node 20.19 and later load ES modules by `require`).
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { Failure, ROOT, runNode, runNpm, runScript } from "./processes.mjs";

await runScript(async () => {
  await ensureInstalled("tools");
  await ensureBuilt();
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache", "attw-"));
  try {
    const tarball = await packInto(folder);
    const attw = join(ROOT, "tools", "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    return await runNode([attw, tarball, "--profile", "esm-only", "--no-emoji"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function packInto(folder) {
  // What was built just now need not be built again.
  const code = await runNpm(["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  if (code !== 0) throw new Failure("npm pack failed: see its messages above");
  const [name] = readdirSync(folder);
  return join(folder, name);
}
