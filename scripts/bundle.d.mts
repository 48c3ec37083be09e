import type { BundledPackage } from "./bundled-licenses.mjs";

export function bundleRuntime(folder: string): Promise<BundledPackage[]>;
