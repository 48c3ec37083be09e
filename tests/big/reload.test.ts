import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const TIMES = 100;

/** Only Linux tells the memory of a process in a file. */
it.runIf(process.platform === "linux")("a model that is replaced a hundred times takes no more memory", async () => {
  const args = [join(import.meta.dirname, "reload.mjs"), join(ROOT, "dist"), MODEL, String(TIMES)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { resident, workers, left } = JSON.parse(stdout) as Record<"resident" | "left", number[]> & { workers: number };
  expect({ workers, left }).toEqual({ workers: TIMES, left: [] });
  expect(mean(resident.slice(-10)) / mean(resident.slice(0, 10))).toBeLessThan(1.1);
});

const MODEL = join(ROOT, "tests/fixtures/models/iris_logreg_cols");

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
