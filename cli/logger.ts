import { pino } from "pino";
import type { Logger } from "../src/core/logger.js";
import type { LineBuffer } from "./line-buffer.js";

/** Writes JSON lines, from `level` upwards. */
export function createLogger(lines: LineBuffer, level: string): Logger {
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
