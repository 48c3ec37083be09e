export function bundleRuntime(folder: string): Promise<string[]>;
