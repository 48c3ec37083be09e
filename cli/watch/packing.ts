import { MlserveError } from "../../src/core/errors.js";
import type { WorkProgress } from "../../src/core/progress.js";
import { outOfFilesError } from "../../src/format/file-system-error.js";
import { endWithParent } from "../../src/workers/end-with-parent.js";
import { toErrorFields } from "../../src/workers/error-fields.js";
import { endOwnGroup } from "../../src/workers/process-group.js";
import type { PackOrder, PackSaying } from "./packer.js";

/*
 * A process that packs one model for a server: the model's code runs here when it is asked for its signature, and may
 * block, exit or throw as it likes.
 */

main();

function main(): void {
  endWithParent(Number(process.argv[2]));
  process.once("disconnect", endOwnGroup);
  // Ctrl-C reaches every process of the terminal; the server ends this one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("uncaughtException", (error) =>
    say({ kind: "refused", error: toErrorFields(outOfFilesError(error) ?? thrownAside(error)) }),
  );
  process.once("message", (order) => void work(order as PackOrder));
  void warmUp();
}

async function work({ source, folder, flavor, useFlavor }: PackOrder): Promise<void> {
  try {
    const { loadFlavors } = await import("../flavors.js");
    const { packTemporary } = await import("../pack-temporary.js");
    const known = await loadFlavors({ flavor, useFlavor }, { cwd: process.cwd() });
    const onSources = (paths: readonly string[]): void => say({ kind: "sources", paths });
    const onProgress = (progress: WorkProgress): void => say({ kind: "progress", progress });
    say({ kind: "packed", output: await packTemporary(source, folder, { ...known, onProgress }, onSources) });
  } catch (error) {
    say({ kind: "refused", error: toErrorFields(outOfFilesError(error) ?? error) });
  }
}

function say(saying: PackSaying): void {
  process.send?.(saying);
}

/** esbuild runs in a process of its own, which takes a while to start. */
async function warmUp(): Promise<void> {
  // What is wrong with it is told when it is needed.
  const esbuild = import("../../src/pack/function/import-esbuild.js").then(({ importEsbuild }) => importEsbuild());
  await esbuild.then(({ transform }) => transform("")).catch(() => {});
}

function thrownAside(error: unknown): MlserveError {
  const said = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);
  return new MlserveError("invalid_model", `the module threw where nobody catches it: ${said}`, { cause: error });
}
