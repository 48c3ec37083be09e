import { Binary, type Data, makeData, Utf8 } from "apache-arrow";

/** Texts of which some may be null. */
export function textsData(texts: readonly (string | null)[]): Data {
  return variableData(
    new Utf8(),
    texts.map((text) => (text === null ? null : Buffer.from(text, "utf8"))),
  );
}

/** Bytes of which some may be null. */
export function bytesData(pieces: readonly (Uint8Array | null)[]): Data {
  return variableData(new Binary(), pieces);
}

/** Texts and bytes are laid out alike. */
function variableData(type: Utf8 | Binary, pieces: readonly (Uint8Array | null)[]): Data {
  const valueOffsets = new Int32Array(pieces.length + 1);
  pieces.forEach((piece, i) => {
    valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + (piece?.length ?? 0);
  });
  const data = Buffer.concat(pieces.filter((piece) => piece !== null));
  const parts = { length: pieces.length, ...validity(pieces.length, (i) => pieces[i] !== null), valueOffsets, data };
  return type instanceof Utf8 ? makeData({ type, ...parts }) : makeData({ type, ...parts });
}

/** The bitmap of the values that are there; none where all are. */
export function validity(
  length: number,
  isThere: (index: number) => boolean,
): { nullCount: number; nullBitmap?: Uint8Array } {
  let nullCount = 0;
  for (let i = 0; i < length; i++) if (!isThere(i)) nullCount++;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: packBits(length, isThere) };
}

/** A bit for each value, the lowest first. */
export function packBits(length: number, isSet: (index: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8));
  for (let i = 0; i < length; i++) if (isSet(i)) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  return bits;
}
