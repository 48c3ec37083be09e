const LINE_FEED = 0x0a;

/** Where a byte of a text stands, as a person counts: `line 1, column 1`. */
export function placeOf(bytes: Uint8Array, position: number): string {
  const before = bytes.subarray(0, position);
  let line = 1;
  for (const byte of before) if (byte === LINE_FEED) line++;
  return `line ${line}, column ${position - before.lastIndexOf(LINE_FEED)}`;
}
