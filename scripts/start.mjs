/*
 * npm start: from a fresh clone to a model that answers. Installs and builds what is missing or stale, packs the
 * example, serves it, and prints a command to try.
 *
 *   npm start -- --port 9000       (whatever follows goes to `mlserve serve`)
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureBuilt, hashFiles } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { Failure, ROOT, runNode, runScript } from "./processes.mjs";

const CLI = join("dist", "cli", "main.js");
const EXAMPLE = join("examples", "iris");
const PACKAGE = join(".cache", "iris.tar");

await runScript(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  await ensurePacked();
  return await serve(args);
});

async function ensurePacked() {
  const stampFile = join(ROOT, ".cache", "iris.stamp");
  const stamp = hashFiles([join(ROOT, EXAMPLE, "model"), join(ROOT, "dist", ".stamp")]);
  if (existsSync(join(ROOT, PACKAGE)) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const code = await runNode([CLI, "pack", join(EXAMPLE, "model"), "--name", "iris", "-o", PACKAGE]);
  if (code !== 0) throw new Failure("the example was not packed: see the message above", code);
  writeFileSync(stampFile, stamp);
}

async function serve(args) {
  const server = spawn(process.execPath, [CLI, "serve", PACKAGE, ...args], {
    cwd: ROOT,
    stdio: ["inherit", "pipe", "inherit"],
  });
  // Windows sends Ctrl-C to the server too, and a signal from here would end it at once.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => process.platform === "win32" || server.kill(signal));
  const ended = new Promise((resolve) => server.once("close", (code) => resolve(code ?? 1)));
  for await (const line of createInterface({ input: server.stdout })) {
    console.log(line);
    const url = /at (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) console.log(`\nTry it from another terminal:\n\n${toCurl(url)}\n\nCtrl-C stops the server.`);
  }
  return await ended;
}

/** A command that works when pasted, in whatever folder. */
function toCurl(url) {
  const file = join(ROOT, EXAMPLE, "request.json");
  const body = JSON.stringify(JSON.parse(readFileSync(file, "utf8")));
  const data = process.platform === "win32" ? `"@${file}"` : `'${body}'`;
  return `curl ${url}/invocations -H "content-type: application/json" -d ${data}`;
}
