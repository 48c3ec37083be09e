export function bundlePackage(folder: string): Promise<string[]>;
