import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../install/checkout.js";
import { type Outcome, runNode } from "../install/programs.js";

const TYPEDOC = join(ROOT, "tools/node_modules/typedoc/bin/typedoc");
const OPTIONS = join(ROOT, "tools/typedoc.json");
const COMMITTED = join(ROOT, "docs/api");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-reference-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const typedoc = (options: string, out: string): Promise<Outcome> =>
  runNode([TYPEDOC, "--options", options, "--out", out, "--logLevel", "Warn"], { cwd: ROOT });

function pagesOf(place: string): Record<string, string> {
  return Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name), "utf8")]));
}

describe("docs/api", () => {
  it("is what `npm run docs` writes", async () => {
    const out = join(folder, "api");
    expect(await typedoc(OPTIONS, out)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(pagesOf(out)).toEqual(pagesOf(COMMITTED));
  });

  it("cannot be written for what has no comment, or takes a type that is not exported", async () => {
    const source = [
      "/** An entry point.\n * @module entry\n */",
      "export function bare(): void {}",
      "export interface Bare { readonly a: 1 }",
      "interface Hidden { readonly a: 1 }",
      "/** Takes it. */\nexport function take(_: Hidden): void {}",
    ];
    writeFileSync(join(folder, "entry.ts"), source.join("\n"));
    writeFileSync(join(folder, "tsconfig.json"), '{ "files": ["entry.ts"], "compilerOptions": { "types": [] } }');
    writeFileSync(join(folder, "package.json"), '{ "name": "entry" }');
    const options = { extends: [OPTIONS], entryPoints: ["entry.ts"], tsconfig: "tsconfig.json" };
    writeFileSync(join(folder, "typedoc.json"), JSON.stringify(options));
    const { code, stdout, stderr } = await typedoc(join(folder, "typedoc.json"), join(folder, "api"));
    expect(code).not.toBe(0);
    expect(existsSync(join(folder, "api"))).toBe(false);
    for (const fault of [/bare .*not have any documentation/, /Bare .*not have any/, /Hidden, .*not included/])
      expect(stdout + stderr).toMatch(fault);
  });
});
