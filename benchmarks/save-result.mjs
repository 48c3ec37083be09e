import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes what was measured, when, and its tables as benchmarks/README.md shows them, and prints the tables.
 *
 * @param {string} out where to
 * @param {{ benchmark: string, machine: object }} result with whatever else it has to tell
 * @param {readonly string[]} tables in Markdown
 */
export async function saveResult(out, { benchmark, ...result }, tables) {
  await mkdir(dirname(out), { recursive: true });
  const lines = tables.map((table) => table.split("\n"));
  const whole = { benchmark, at: new Date().toISOString(), ...result, tables: lines };
  await writeFile(out, `${JSON.stringify(whole, null, 2)}\n`);
  console.log(`\n${tables.join("\n\n")}\n\nWritten to ${out}`);
}
