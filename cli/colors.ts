import type { Io, OutputStream } from "./io.js";

/** Marks text for a terminal; leaves it as it is elsewhere. */
export type Paint = (style: Style, text: string) => string;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof STYLES;

/** Colours only where a person reads them and has not asked for none (https://no-color.org), or where they are forced. */
export function createPaint(stream: OutputStream, { environment }: Pick<Io, "environment">): Paint {
  return isPlain(stream, environment)
    ? (_style, text) => text
    : (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

function isPlain({ isTTY }: OutputStream, { NO_COLOR = "", FORCE_COLOR = "", TERM }: Io["environment"]): boolean {
  if (NO_COLOR !== "") return true;
  if (FORCE_COLOR !== "") return FORCE_COLOR === "0" || FORCE_COLOR === "false";
  return isTTY !== true || TERM === "dumb";
}
