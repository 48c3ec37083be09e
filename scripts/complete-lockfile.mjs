/*
 * npm leaves packages for other platforms out of package-lock.json when it cannot look them up, and `npm ci` then
 * refuses the file. This adds what is missing, with the version that its parent asks for. Run it after `npm install`.
 */
import { readFileSync, writeFileSync } from "node:fs";

const OS = { windows: "win32" };
const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const added = addMissing(lock.packages);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} packages added to package-lock.json${added.map((name) => `\n  ${name}`).join("")}`);

function addMissing(packages) {
  const added = [];
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`;
      if (packages[place] !== undefined || !/^[0-9]/.test(version)) continue;
      packages[place] = toEntry(name, version, parent);
      added.push(name);
    }
  }
  return added;
}

function toEntry(name, version, parent) {
  const [, os, cpu, libc] =
    /-(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|windows)-([a-z0-9]+)(?:-(gnu|musl))?/.exec(
      name,
    ) ?? [];
  if (os === undefined) throw new Error(`no platform in the name of ${name}`);
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc === "gnu" ? "glibc" : libc] }),
    optional: true,
    os: [OS[os] ?? os],
  };
}
