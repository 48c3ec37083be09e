import { type Logger as Pino, pino } from "pino";
import type { LineBuffer } from "./line-buffer.js";

/** Writes JSON lines, from `level` upwards. */
export function createLogger(lines: LineBuffer, level: string): Pino {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
}
