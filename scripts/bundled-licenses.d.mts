export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

export function packagesOf(files: readonly string[]): BundledPackage[];
export function spellLicenses(packages: readonly BundledPackage[]): string;
export function headline(one: Pick<BundledPackage, "name" | "version" | "license">): string;
