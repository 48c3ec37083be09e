/**
 * How float32 numbers are written: in the shortest digits that read back to the same float32 (`0.1`), or widened to
 * float64, as MLflow writes them (`0.10000000149011612`). float16 likewise.
 */
export type Float32Style = "shortest" | "widened";

/** How NaN and the infinities are written: as null, or as the strings "NaN", "Infinity" and "-Infinity". */
export type NonFinite = "null" | "string";

/** How the numbers of an answer are written. */
export interface NumberStyle {
  /** Default `null`. */
  readonly nonFinite?: NonFinite;
  /** Default `shortest`. */
  readonly float32?: Float32Style;
}
