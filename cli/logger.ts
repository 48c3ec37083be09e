import { pino } from "pino";
import type { Logger } from "../src/core/logger.js";
import type { LineBuffer } from "./line-buffer.js";

/** Writes JSON lines, from `level` upwards, each with the given fields. */
export function createLogger(lines: LineBuffer, level: string, fields: object = {}): Logger {
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
