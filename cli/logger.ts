import { pino } from "pino";
import type { Logger } from "../src/core/logger.js";
import type { OutputStream } from "./io.js";

/** Writes JSON lines to `stream`, from `level` upwards. */
export function createLogger(stream: OutputStream, level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}
