import type { Data } from "apache-arrow";
import type { IsMissing } from "../tables/missing-values.js";

/** Which rows have no value; undefined where all have. Throws a RangeError for a bitmap that is too short. */
export function missingRows(data: Data): IsMissing | undefined {
  const bitmap: unknown = data.nullBitmap;
  if (!(bitmap instanceof Uint8Array) || bitmap.length === 0 || data.length === 0) return undefined;
  if (bitmap.length * 8 < data.length) throw new RangeError("a bitmap is too short");
  const isMissing: IsMissing = (row) => (((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1) === 0;
  for (let row = 0; row < data.length; row++) if (isMissing(row)) return isMissing;
  return undefined;
}
