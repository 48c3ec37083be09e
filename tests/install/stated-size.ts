import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./checkout.js";

const PAGE = readFileSync(join(ROOT, "docs/install.md"), "utf8");

/** What docs/install.md says of a size, in bytes. */
export function statedSize(what: string): number {
  const row = PAGE.split("\n").find((line) => line.startsWith(`| ${what} | `));
  const megabytes = /\| ([0-9.]+) MB \|$/.exec(row ?? "")?.[1];
  if (megabytes === undefined) throw new Error(`docs/install.md has no row "${what}"`);
  return Number(megabytes) * 1e6;
}

/** The commands by which docs/install.md makes an installation smaller. */
export function shrinkingCommands(): string {
  const block = /```sh\n(cd node_modules\/onnxruntime-node.*?)```/s.exec(PAGE)?.[1];
  if (block === undefined) throw new Error("docs/install.md does not say how to make an image smaller");
  return block;
}

/** Bytes of all files of a folder. */
export function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0);
}
