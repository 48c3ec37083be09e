import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Ended, Workplace } from "../e2e/built-cli.js";
import { modelPath } from "./golden.js";

/** Little more than the program itself needs: hundreds of thousands of rows do not fit into it. */
const NODE_FLAGS = ["--max-old-space-size=48", "--max-semi-space-size=1"];

/** Scores `table.<format>` in a process with little memory. */
export async function scoreInLittleMemory(
  workplace: Workplace,
  format: string,
  options: readonly string[] = [],
): Promise<Ended> {
  const args = ["predict", modelPath("trees100"), "-i", `table.${format}`, "-o", `${format}.csv`, "--json"];
  return await workplace.run([...args, "--keep-columns", "id", ...options], { nodeFlags: NODE_FLAGS });
}

/** The first and the last id of a scored file. */
export function endsOf(workplace: Workplace, format: string): string[] {
  const path = join(workplace.cwd, `${format}.csv`);
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(100);
  const read = (position: number): string => bytes.subarray(0, readSync(file, bytes, 0, 100, position)).toString();
  const first = read(0).split("\n")[1] ?? "";
  const last =
    read(statSync(path).size - 100)
      .trimEnd()
      .split("\n")
      .at(-1) ?? "";
  closeSync(file);
  return [first, last].map((line) => line.split(",")[0] ?? "");
}
