export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

export interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

export function packagesOf(metafiles: readonly Metafile[]): BundledPackage[];
export function spellLicenses(packages: readonly BundledPackage[]): string;
export function headline(one: Pick<BundledPackage, "name" | "version" | "license">): string;
