import { type Logger as Pino, pino } from "pino";
import type { LineBuffer } from "./line-buffer.js";

/** Writes JSON lines, from `level` upwards, each with the given fields. */
export function createLogger(lines: LineBuffer, level: string, fields: object = {}): Pino {
  return pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
}
