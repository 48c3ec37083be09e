import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Copies what a clone would hold once everything is committed: no ignored file, nothing installed or built. */
export function copyCheckout(folder: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const name of new Set(listed.split("\0"))) {
    const source = join(ROOT, name);
    if (name !== "" && existsSync(source)) cpSync(source, join(folder, name));
  }
}
