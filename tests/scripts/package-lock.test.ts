import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "../..");
const packages: Readonly<Record<string, Entry>> = JSON.parse(
  readFileSync(join(root, "package-lock.json"), "utf8"),
).packages;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("package-lock.json", () => {
  it("names no registry, so that the one of the machine is used", () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("has the packages of every platform: npm ci refuses it otherwise (mend with scripts/complete-lockfile.mjs)", () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  it("agrees with package.json", () => {
    const { version, dependencies } = packages[""] ?? {};
    expect({ version, dependencies }).toEqual({ version: manifest.version, dependencies: manifest.dependencies });
  });

  it("has install scripts only in packages that package.json denies them", () => {
    const scripted = Object.entries(packages).filter(([, { hasInstallScript = false }]) => hasInstallScript);
    const names = scripted.map(([place]) => place.replace(/^.*node_modules\//, ""));
    expect(names.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
  });
});
