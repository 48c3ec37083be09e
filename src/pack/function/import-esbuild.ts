import { MlserveError } from "../../core/errors.js";

export type Esbuild = typeof import("esbuild");

/** Throws `flavor_unavailable` when esbuild is not installed. */
export async function importEsbuild(load: () => Promise<Esbuild> = () => import("esbuild")): Promise<Esbuild> {
  try {
    return await load();
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    const reason = missing ? "the package esbuild is not installed" : "the package esbuild cannot be loaded";
    const hint = "A function is bundled with it. Install it with: npm install esbuild";
    throw new MlserveError("flavor_unavailable", reason, { hint, cause });
  }
}

/**
 * Ends the process in which esbuild waits for the next bundle. For a program that is at no other one: builds of anybody's
 * that are under way would fail.
 */
export async function stopEsbuild(): Promise<void> {
  const { stop } = await importEsbuild();
  await stop();
}
