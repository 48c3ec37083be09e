export declare function staleness(
  name: string,
  machine: { readonly commit: string | null; readonly changed: boolean | null },
  root: string,
): string | undefined;
