export const NON_FINITE_NAMES = ["null", "string"] as const;
/** How NaN and the infinities are written: as null, or as the strings "NaN", "Infinity" and "-Infinity". */
export type NonFinite = (typeof NON_FINITE_NAMES)[number];

/** What stands for a number that is not finite. */
export const NON_FINITE_TEXTS = {
  null: () => "null",
  string: (value) => `"${value}"`,
} as const satisfies Record<NonFinite, (value: number) => string>;
