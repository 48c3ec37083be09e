import { pino } from "pino";
import type { Logger } from "../../src/core/logger.js";
import type { LineSink } from "./buffered-lines.js";

/** Writes lines of JSON to `sink`, from `level` upwards. */
export function createLogger(sink: LineSink, level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
}
